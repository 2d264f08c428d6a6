package dev.berth.port;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.berth.ingress.IngressParts;
import dev.berth.ingress.Unary;
import dev.berth.proto.RunnerProtocolGrpcService;
import dev.berth.proto.RunnerStatus;
import dev.berth.status.ConfigureRunner;
import dev.berth.status.StatusSource;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.Service;
import io.vertx.grpc.server.StatusException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Function;

/** The protocol as a service, and all its methods but Engage, which {@link GrpcDoor} takes out beforehand. */
final class RunnerProtocolEndpoint implements Service {
    /** Metadata with which Status tells of all nodes. */
    private static final String CLUSTER = "berth-cluster";

    /** Metadata with which Status tells of one call, by its id, and of nothing else. */
    private static final String WHY = "berth-why-bin";

    private final IngressParts parts;
    private final StatusSource status;
    private final ConfigureRunner settings;

    RunnerProtocolEndpoint(IngressParts parts, StatusSource status, ConfigureRunner settings) {
        this.parts = parts;
        this.status = status;
        this.settings = settings;
    }

    @Override
    public ServiceName name() {
        return RunnerProtocolGrpcService.SERVICE_NAME;
    }

    @Override
    public ServiceDescriptor descriptor() {
        return RunnerProtocolGrpcService.SERVICE_DESCRIPTOR;
    }

    @Override
    public void bind(GrpcServer server) {
        server.callHandler(RunnerProtocolGrpcService.StreamLogs, parts.logs()::serve);
        status(server, RunnerProtocolGrpcService.Status, empty -> status.answer("{}"));
        status(server, RunnerProtocolGrpcService.Status2, body -> status.answer(json(body)));
        unary(server, RunnerProtocolGrpcService.ConfigureRunner, settings::apply);
    }

    private <Q> void status(
            GrpcServer server, ServiceMethod<Q, RunnerStatus> method, Function<Q, Future<RunnerStatus>> serves) {
        Unary.bindWithHeaders(server, parts.execution().vertx(), method, (body, headers) -> {
            String why = headers.get(WHY);
            if (why != null) {
                return status.why(callId(why))
                        .map(told -> RunnerStatus.newBuilder().setWhy(told).build());
            }
            Future<RunnerStatus> answer = serves.apply(body);
            return headers.contains(CLUSTER) ? answer.compose(status::withCluster) : answer;
        });
    }

    /** Metadata is plain text, and an id may be any. */
    private static String callId(String encoded) {
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException garbage) {
            throw new StatusException(GrpcStatus.INVALID_ARGUMENT, WHY + " is not base64");
        }
    }

    private static String json(Struct body) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(body);
        } catch (InvalidProtocolBufferException noJson) {
            throw new StatusException(GrpcStatus.INVALID_ARGUMENT, "not a JSON object: " + noJson.getMessage());
        }
    }

    private <Q, A> void unary(GrpcServer server, ServiceMethod<Q, A> method, Function<Q, Future<A>> serves) {
        Unary.bind(server, parts.execution().vertx(), method, serves);
    }
}
