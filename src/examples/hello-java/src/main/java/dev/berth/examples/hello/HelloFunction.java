package dev.berth.examples.hello;

import com.fnproject.fn.api.Headers;
import com.fnproject.fn.api.InputEvent;
import com.fnproject.fn.api.OutputEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Greets whoever the body names, and sends any other body back.
 *
 * <p>A body of plain text, or without a content type, is a name: the answer is {@code Hello, <name>!}, with {@code world}
 * for an empty one. Any other body is returned byte for byte with its content type. {@link InputEvent} and
 * {@link OutputEvent} are used rather than the FDK's conversions because those go by way of strings.
 */
public final class HelloFunction {
    private static final String PLAIN_TEXT = "text/plain";

    public OutputEvent handle(InputEvent event) {
        byte[] body = event.consumeBody(HelloFunction::readAll);
        String type = event.getHeaders().get(OutputEvent.CONTENT_TYPE_HEADER).orElse("");
        if (type.isEmpty() || type.startsWith(PLAIN_TEXT)) {
            return answer(greeting(body), PLAIN_TEXT + "; charset=utf-8");
        }
        return answer(body, type);
    }

    private static OutputEvent answer(byte[] body, String type) {
        return OutputEvent.fromBytes(body, OutputEvent.Status.Success, type, Headers.emptyHeaders());
    }

    private static byte[] greeting(byte[] body) {
        String name = new String(body, StandardCharsets.UTF_8).strip();
        return ("Hello, " + (name.isEmpty() ? "world" : name) + "!\n").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] readAll(InputStream body) {
        try {
            return body.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
