package dev.berth.ingress;

import dev.berth.call.CallFactory;
import dev.berth.call.CallModel;
import dev.berth.call.CallModelParser;
import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.RunnerMsg;
import dev.berth.proto.TryCall;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes an invented call apart and puts its answer together, so that the classes that takes are loaded by the
 * time a real one comes, and not on an event loop. Nothing is run.
 */
public final class ClassWarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(ClassWarmUp.class);
    private static final String MODEL =
            "{\"id\":\"rehearsal\",\"image\":\"rehearsal\",\"type\":\"sync\",\"url\":\"http://localhost/\",\"method\":\"POST\","
                    + "\"timeout\":30,\"memory\":128,\"cpus\":\"100m\",\"config\":{\"A\":\"1\"},\"annotations\":{\"a\":[1]},"
                    + "\"headers\":{\"Content-Type\":[\"text/plain\"]},\"app_id\":\"a\",\"fn_id\":\"f\"}";

    private ClassWarmUp() {}

    /** Blocks for a while. Never fails. */
    public static void run(CallFactory calls) {
        try {
            ClientMsg message = ClientMsg.newBuilder()
                    .setTry(TryCall.newBuilder().setModelsCallJson(MODEL))
                    .build();
            EngageMessage first = EngageCodec.decode(Buffer.buffer(message.toByteArray()));
            CallModel model =
                    CallModelParser.parse(((EngageMessage.Try) first).call().getModelsCallJson());
            calls.spec(model, new byte[0], Map.of());
            calls.request(model, Instant.now(), null);
            CallReport report = new CallReport();
            report.start(ContainerTimings.NONE);
            Buffer said = Buffer.buffer();
            EngageCodec.appendData(said, Buffer.buffer("x"), 0, 1);
            EngageCodec.append(
                    said,
                    RunnerMsg.newBuilder()
                            .setFinished(report.finish(ErrorCode.INTERNAL.exception(), ContainerTimings.NONE))
                            .build());
        } catch (Exception unexpected) {
            LOG.atWarn().setCause(unexpected).log("rehearsal failed");
        }
    }
}
