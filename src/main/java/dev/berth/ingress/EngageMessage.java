package dev.berth.ingress;

import dev.berth.proto.TryCall;
import io.vertx.core.buffer.Buffer;

/** What a client can say on an Engage stream. */
sealed interface EngageMessage {

    record Try(TryCall call) implements EngageMessage {}

    record Data(Buffer bytes, boolean eof) implements EngageMessage {}

    /** A message with nothing in it, or nothing this version knows. */
    record Empty() implements EngageMessage {}
}
