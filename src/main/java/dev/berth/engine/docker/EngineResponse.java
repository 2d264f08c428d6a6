package dev.berth.engine.docker;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/** A complete answer of the engine. */
record EngineResponse(int status, MultiMap headers, Buffer body) {
    private static final int MAX_MESSAGE = 2_000;

    boolean ok() {
        return status >= 200 && status < 300;
    }

    /** Whether asking again may help: nothing was wrong with the question. */
    boolean serverError() {
        return status >= 500;
    }

    /** What the engine says went wrong: {@code message} of its error document, else the body as it is. */
    String message() {
        String text = body.toString();
        try {
            String message = new JsonObject(text).getString("message");
            if (message != null) {
                return cut(message);
            }
        } catch (DecodeException | ClassCastException e) {
            return cut(text);
        }
        return cut(text);
    }

    /** This answer as a failure of the engine. */
    RunnerException failure() {
        String error = "API error (" + status + "): ";
        return ErrorCode.ENGINE_FAILED.hiding(error + EngineWords.toCallers(message()), error + message());
    }

    private static String cut(String text) {
        String trimmed = text.strip();
        return trimmed.length() <= MAX_MESSAGE ? trimmed : trimmed.substring(0, MAX_MESSAGE);
    }
}
