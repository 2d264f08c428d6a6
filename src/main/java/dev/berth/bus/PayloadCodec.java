package dev.berth.bus;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.call.ResponseHead;
import dev.berth.error.RunnerException;
import dev.berth.proto.bus.Payload;
import dev.berth.why.RunFacts;
import java.time.Clock;

/**
 * Wire form of the objects that travel in frame streams beside the bytes: {@code Payload} of {@code bus.proto}
 * after its length. A call's deadline travels as the time left, and is a moment of the receiver's clock again when
 * it is read.
 */
public final class PayloadCodec {
    private final Clock clock;

    public PayloadCodec(Clock clock) {
        this.clock = clock;
    }

    /** Fails with IllegalArgumentException for a type that has no wire form. */
    public void write(WireWriter out, Object payload) {
        Payload.Builder form = Payload.newBuilder();
        if (payload instanceof RunCall run) {
            form.setRunCall(CallProtos.write(run, clock.instant()));
        } else if (payload instanceof ResponseHead head) {
            form.setResponseHead(CallProtos.write(head));
        } else if (payload instanceof CallEnd end) {
            dev.berth.proto.bus.CallEnd.Builder ended = form.getCallEndBuilder();
            if (end.error() != null) {
                ended.setError(CallProtos.write(end.error()));
            }
            if (!end.facts().equals(RunFacts.NONE)) {
                ended.setFacts(FactProtos.write(end.facts()));
            }
        } else if (payload instanceof String text) {
            form.setText(text);
        } else {
            throw new IllegalArgumentException("no wire form for " + payload.getClass());
        }
        out.bytes(form.build().toByteArray());
    }

    public Object read(WireReader in) {
        Payload form;
        try {
            form = Payload.parseFrom(in.bytes());
        } catch (InvalidProtocolBufferException garbage) {
            throw new MalformedMessageException(garbage);
        }
        return switch (form.getBodyCase()) {
            case RUN_CALL -> CallProtos.read(form.getRunCall(), clock.instant());
            case RESPONSE_HEAD -> CallProtos.read(form.getResponseHead());
            case CALL_END ->
                new CallEnd(
                        form.getCallEnd().hasError()
                                ? CallProtos.read(form.getCallEnd().getError())
                                : null,
                        form.getCallEnd().hasFacts()
                                ? FactProtos.read(form.getCallEnd().getFacts())
                                : RunFacts.NONE);
            case TEXT -> form.getText();
            case BODY_NOT_SET -> throw new MalformedMessageException("no payload this version knows");
        };
    }

    public void writeError(WireWriter out, RunnerException error) {
        out.bytes(CallProtos.write(error).toByteArray());
    }

    public RunnerException readError(WireReader in) {
        try {
            return CallProtos.read(dev.berth.proto.bus.Error.parseFrom(in.bytes()));
        } catch (InvalidProtocolBufferException garbage) {
            throw new MalformedMessageException(garbage);
        }
    }
}
