package dev.berth.ingress;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.berth.proto.RunnerProtocolGrpcService;
import dev.berth.proto.RunnerStatus;
import io.vertx.core.Future;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.Service;
import java.util.function.Function;

/** Binds the protocol's five methods to what serves them. */
final class RunnerProtocolEndpoint implements Service {
    private final IngressParts parts;
    private final NodeStatus status;
    private final RunnerSettings settings;

    RunnerProtocolEndpoint(IngressParts parts, NodeStatus status, RunnerSettings settings) {
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
        server.callHandler(RunnerProtocolGrpcService.Engage, request -> new Engagement(parts, request).start());
        server.callHandler(RunnerProtocolGrpcService.StreamLogs, LogStreams::serve);
        unary(server, RunnerProtocolGrpcService.Status, empty -> status());
        unary(server, RunnerProtocolGrpcService.Status2, body -> status());
        unary(server, RunnerProtocolGrpcService.ConfigureRunner, settings::apply);
    }

    private Future<RunnerStatus> status() {
        return status.answer();
    }

    private <Q, A> void unary(GrpcServer server, ServiceMethod<Q, A> method, Function<Q, Future<A>> serves) {
        server.callHandler(method, request -> Unary.serve(request, method.decoder(), parts.maxMessageBytes(), serves));
    }
}
