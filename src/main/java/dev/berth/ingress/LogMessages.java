package dev.berth.ingress;

import dev.berth.logs.LogBatch;
import dev.berth.logs.LogLine;
import dev.berth.logs.LogOrigin;
import dev.berth.proto.LogResponseMsg;
import dev.berth.proto.LogResponseMsg.Container;
import dev.berth.proto.LogResponseMsg.Container.Request;
import dev.berth.proto.LogResponseMsg.Container.Request.Line;
import java.util.LinkedHashMap;
import java.util.Map;

/** Batches of log lines as the protocol has them: by container, then by call, each in the order of first sight. */
final class LogMessages {
    private LogMessages() {}

    static LogResponseMsg of(LogBatch batch) {
        Map<LogOrigin, Map<String, Request.Builder>> containers = new LinkedHashMap<>();
        for (LogLine line : batch.lines()) {
            containers
                    .computeIfAbsent(line.origin(), origin -> new LinkedHashMap<>())
                    .computeIfAbsent(line.callId(), id -> Request.newBuilder().setRequestId(id))
                    .addData(line(line));
        }
        LogResponseMsg.Builder message = LogResponseMsg.newBuilder();
        containers.forEach((origin, calls) -> {
            Container.Builder container = message.addDataBuilder()
                    .setApplicationId(origin.appId())
                    .setFunctionId(origin.fnId())
                    .setContainerId(origin.containerId());
            calls.values().forEach(container::addData);
        });
        return message.build();
    }

    private static Line line(LogLine line) {
        return Line.newBuilder()
                .setTimestamp(line.unixMillis())
                .setSource(
                        switch (line.source()) {
                            case STDOUT -> Line.Source.STDOUT;
                            case STDERR -> Line.Source.STDERR;
                        })
                .setData(line.data())
                .build();
    }
}
