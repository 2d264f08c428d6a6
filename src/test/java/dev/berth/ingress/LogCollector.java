package dev.berth.ingress;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.proto.LogRequestMsg;
import dev.berth.proto.LogResponseMsg;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;

/** A collector's stream. */
public final class LogCollector {
    public static final LogRequestMsg START = LogRequestMsg.newBuilder()
            .setStart(LogRequestMsg.Start.newBuilder().putConfig("some", "thing"))
            .build();
    public static final LogRequestMsg READY = LogRequestMsg.newBuilder()
            .setReady(LogRequestMsg.Ready.getDefaultInstance())
            .build();
    public static final LogRequestMsg ACK = LogRequestMsg.newBuilder()
            .setAck(LogRequestMsg.Ack.getDefaultInstance())
            .build();

    public final EngageCall stream;

    public LogCollector(EngageClient client) {
        stream = Await.of(client.open("/RunnerProtocol/StreamLogs", MultiMap.caseInsensitiveMultiMap()));
    }

    public static LogCollector started(EngageClient client) {
        return new LogCollector(client).say(START);
    }

    public LogCollector say(LogRequestMsg... messages) {
        for (LogRequestMsg message : messages) {
            stream.raw(0, message.toByteArray());
        }
        return this;
    }

    public LogResponseMsg batch() {
        try {
            return LogResponseMsg.parseFrom(stream.nextPayload().getBytes());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** One line of text for each line: {@code app/fn/call source text}. */
    public static List<String> texts(LogResponseMsg batch) {
        List<String> texts = new ArrayList<>();
        batch.getDataList()
                .forEach(container -> container
                        .getDataList()
                        .forEach(call -> call.getDataList()
                                .forEach(line -> texts.add("%s/%s/%s %s %s"
                                        .formatted(
                                                container.getApplicationId(),
                                                container.getFunctionId(),
                                                call.getRequestId(),
                                                line.getSource(),
                                                line.getData().toStringUtf8())))));
        return texts;
    }
}
