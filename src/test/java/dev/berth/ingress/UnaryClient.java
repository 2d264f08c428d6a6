package dev.berth.ingress;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.vertx.core.MultiMap;

/** Calls methods with one request and one answer over an {@link EngageClient}'s connection. */
public final class UnaryClient {
    private final EngageClient client;

    public UnaryClient(EngageClient client) {
        this.client = client;
    }

    public EngageCall.Result call(String path, Message request, MultiMap headers) {
        EngageCall call = Await.of(client.open(path, headers));
        call.raw(0, request.toByteArray());
        return call.halfClose().result();
    }

    public EngageCall.Result call(String path, Message request) {
        return call(path, request, MultiMap.caseInsensitiveMultiMap());
    }

    public <A> A ask(String path, Message request, Parser<A> parser) {
        EngageCall.Result result = call(path, request);
        if (!"0".equals(result.status())) {
            throw new AssertionError(path + ": " + result);
        }
        try {
            return parser.parseFrom(result.payloads().get(0).getBytes());
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
