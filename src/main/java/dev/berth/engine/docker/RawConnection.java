package dev.berth.engine.docker;

import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;

/**
 * A connection that began as an HTTP request and now carries a container's streams. The HTTP client turns
 * only GET requests into such a connection, and engines want a POST, so request and answer are spelt out here.
 *
 * @param socket paused, without handlers
 * @param first what has come already, to be taken before the rest
 */
record RawConnection(NetSocket socket, Buffer first) {
    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};
    private static final int MAX_ANSWER = 64 * 1024;

    /** Asks over a fresh connection. Fails with the engine's own error, or when the connection ends. */
    static Future<RawConnection> ask(NetSocket socket, EngineRequest request, String path, String host) {
        Answer answer = new Answer(socket);
        socket.handler(answer::take);
        socket.exceptionHandler(answer.result::tryFail);
        socket.endHandler(end -> answer.result.tryFail("connection closed"));
        socket.write(head(request, path, host)).onFailure(answer.result::tryFail);
        return answer.result.future();
    }

    private static String head(EngineRequest request, String path, String host) {
        StringBuilder head = new StringBuilder()
                .append(request.method().name())
                .append(' ')
                .append(path)
                .append(" HTTP/1.1\r\nHost: ")
                .append(host)
                .append("\r\nContent-Length: 0\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n");
        request.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        return head.append("\r\n").toString();
    }

    /** The answer as far as it has come. */
    private static final class Answer {
        private final NetSocket socket;
        private final Promise<RawConnection> result = Promise.promise();
        private final Buffer received = Buffer.buffer();

        Answer(NetSocket socket) {
            this.socket = socket;
        }

        void take(Buffer chunk) {
            received.appendBuffer(chunk);
            int head = endOfHead();
            if (head < 0) {
                if (received.length() > MAX_ANSWER) {
                    result.tryFail("answer without an end");
                }
                return;
            }
            String[] lines = received.getString(0, head, StandardCharsets.ISO_8859_1.name())
                    .split("\r\n");
            int status = status(lines[0]);
            Buffer rest = received.getBuffer(head, received.length());
            if (status == 101 || status == 200) {
                accept(rest);
            } else {
                refuse(status, lines, rest);
            }
        }

        private void accept(Buffer rest) {
            socket.pause();
            socket.handler(null).exceptionHandler(null).endHandler(null);
            result.tryComplete(new RawConnection(socket, rest));
        }

        /** Waits for the whole error message, if its length is known. */
        private void refuse(int status, String[] lines, Buffer rest) {
            int length = 0;
            for (String line : lines) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.substring(0, colon).equalsIgnoreCase("content-length")) {
                    length = number(line.substring(colon + 1));
                }
            }
            if (rest.length() >= Math.min(length, MAX_ANSWER)) {
                RunnerException failure =
                        new EngineResponse(status, MultiMap.caseInsensitiveMultiMap(), rest).failure();
                result.tryFail(failure);
            }
        }

        private int endOfHead() {
            byte[] bytes = received.getBytes();
            outer:
            for (int at = 0; at + END_OF_HEAD.length <= bytes.length; at++) {
                for (int i = 0; i < END_OF_HEAD.length; i++) {
                    if (bytes[at + i] != END_OF_HEAD[i]) {
                        continue outer;
                    }
                }
                return at + END_OF_HEAD.length;
            }
            return -1;
        }

        private static int status(String line) {
            String[] parts = line.split(" ", 3);
            return parts.length < 2 ? 0 : number(parts[1]);
        }

        private static int number(String text) {
            try {
                return Integer.parseInt(text.strip());
            } catch (NumberFormatException e) {
                return 0;
            }
        }
    }
}
