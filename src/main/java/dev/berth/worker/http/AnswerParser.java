package dev.berth.worker.http;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one HTTP/1.x answer, however it is cut. Understands what the HTTP client understands that functions were
 * written against, which is more than the standard asks for: line ends of LF alone, a length beside chunks, the same
 * length twice, blanks after a chunk's size, any interim answer.
 *
 * <p>Keeps no more than the head, within its limit, and what it was fed last. Of a body in small chunks one feeding
 * gives one piece. Not thread-safe.
 */
public final class AnswerParser {
    private enum State {
        HEAD,
        SIZED_BODY,
        BODY_TO_END,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        OVER
    }

    private static final int DEFAULT_HEAD_BYTES = 10 << 20;

    /** Hears of the answer, in this order. May stop the parser. */
    public interface Listener {
        void onHead(AnswerHead head);

        void onBytes(Buffer bytes);

        /** @param surplus whether bytes followed that do not belong to the answer */
        void onEnd(boolean surplus);
    }

    private final Listener listener;
    private final HeadReader head;
    private final ChunkReader chunks;
    private State state = State.HEAD;
    private long left;
    private byte @Nullable [] gathered;
    private int gatheredBytes;

    /**
     * @param toHead whether the request was a HEAD, whose answer has no body whatever its headers say
     * @param headBytes limit of the head, and once more of trailers; 0: 10 MiB
     */
    public AnswerParser(boolean toHead, int headBytes, Listener listener) {
        int limit = headBytes > 0 ? headBytes : DEFAULT_HEAD_BYTES;
        LineReader lines = new LineReader();
        this.listener = listener;
        this.head = new HeadReader(lines, toHead, limit);
        this.chunks = new ChunkReader(lines, limit);
    }

    /**
     * Reads on. Bytes past the answer's end are left in the buffer, which stays the caller's.
     *
     * @throws InvalidAnswer if this is no answer; what came of its body before has been passed on
     */
    public void feed(ByteBuf in) throws InvalidAnswer {
        try {
            while (state != State.OVER && step(in)) {
                // Each step reads one part of the answer.
            }
        } finally {
            passGathered();
        }
    }

    /** Reads nothing more, and tells nothing more. */
    public void stop() {
        state = State.OVER;
        gathered = null;
        gatheredBytes = 0;
    }

    /** Whether the answer's end has been read, or the parser was stopped. */
    public boolean over() {
        return state == State.OVER;
    }

    /**
     * No bytes will follow.
     *
     * @throws InvalidAnswer if the answer is not over, and does not end with its connection
     */
    public void end() throws InvalidAnswer {
        if (state == State.BODY_TO_END) {
            over(false);
        } else if (state != State.OVER) {
            throw InvalidAnswer.of("unexpected EOF");
        }
    }

    /** @return false if more bytes are needed */
    private boolean step(ByteBuf in) throws InvalidAnswer {
        return switch (state) {
            case HEAD -> head(in);
            case SIZED_BODY -> sizedBody(in);
            case BODY_TO_END -> bodyToEnd(in);
            case CHUNK_SIZE -> chunkSize(in);
            case CHUNK -> chunk(in);
            case CHUNK_END -> chunks.end(in) && to(State.CHUNK_SIZE);
            case TRAILERS -> chunks.trailers(in) && over(in.isReadable());
            case OVER -> false;
        };
    }

    private boolean to(State next) {
        state = next;
        return true;
    }

    private boolean head(ByteBuf in) throws InvalidAnswer {
        AnswerHead read = head.read(in);
        if (read == null) {
            return false;
        }
        left = read.length();
        state = switch (read.body()) {
            case NONE, SIZED -> State.SIZED_BODY;
            case CHUNKED -> State.CHUNK_SIZE;
            case TO_END -> State.BODY_TO_END;
        };
        listener.onHead(read);
        return state != State.SIZED_BODY || left > 0 || over(in.isReadable());
    }

    private boolean sizedBody(ByteBuf in) {
        left -= gather(in, left);
        return left == 0 && over(in.isReadable());
    }

    private boolean bodyToEnd(ByteBuf in) {
        gather(in, Long.MAX_VALUE);
        return false;
    }

    private boolean chunkSize(ByteBuf in) throws InvalidAnswer {
        return chunks.size(in) && to(chunks.left() == 0 ? State.TRAILERS : State.CHUNK);
    }

    private boolean chunk(ByteBuf in) {
        chunks.took(gather(in, chunks.left()));
        return chunks.left() == 0 && to(State.CHUNK_END);
    }

    private int gather(ByteBuf in, long most) {
        int bytes = (int) Math.min(in.readableBytes(), most);
        if (bytes > 0) {
            if (gathered == null) {
                gathered = new byte[state == State.CHUNK ? in.readableBytes() : bytes];
            }
            in.readBytes(gathered, gatheredBytes, bytes);
            gatheredBytes += bytes;
        }
        return bytes;
    }

    private void passGathered() {
        byte[] bytes = gathered;
        int length = gatheredBytes;
        gathered = null;
        gatheredBytes = 0;
        if (bytes != null) {
            listener.onBytes(VertxSeam.wrap(bytes, length));
        }
    }

    private boolean over(boolean surplus) {
        passGathered();
        if (state != State.OVER) {
            state = State.OVER;
            listener.onEnd(surplus);
        }
        return false;
    }
}
