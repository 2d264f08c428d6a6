package dev.berth.call;

/** How a function is spoken to. All but {@link #HTTP_STREAM} are the stdin/stdout legacy contracts. */
public enum CallFormat {
    /** HTTP/1.1 over a Unix socket in the container. */
    HTTP_STREAM,
    /** One container per call: the body on stdin, the answer on stdout. */
    DEFAULT,
    /** HTTP/1.1 messages on stdin and stdout of a hot container. */
    HTTP,
    /** One JSON object in, one out, of a hot container. */
    JSON,
    /** As {@link #JSON}, with CloudEvents 0.1 objects. */
    CLOUDEVENT
}
