package dev.berth.worker.stdio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.call.CallRequest;
import dev.berth.error.RunnerException;
import io.vertx.core.buffer.Buffer;

/** A format whose calls and answers are one JSON object each. Stateless. */
interface ObjectFormat {
    /** Bytes of the heap that {@link #request} takes at most, beside the body. */
    long cost(Buffer body);

    /**
     * The call as one object.
     *
     * @throws RunnerException if the body does not suit the format
     */
    String request(CallRequest call, Buffer body);

    /**
     * What the answer's object says.
     *
     * @param object an object, or null for an answer that says nothing
     * @throws InvalidObject if it is of the wrong type where the format names one
     * @throws RunnerException if it can be read, but does not make an answer
     */
    ObjectAnswer answer(JsonNode object);
}
