package dev.berth.bench;

import com.google.protobuf.ByteString;
import dev.berth.config.GrpcConfig;
import dev.berth.config.RunnerConfig;
import dev.berth.port.PortGate;
import dev.berth.port.RunnerTransport;
import dev.berth.proto.CallFinished;
import dev.berth.proto.CallResultStart;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.HttpRespMeta;
import dev.berth.proto.RunnerMsg;
import dev.berth.proto.RunnerProtocolGrpcService;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A gRPC server on the runner's stack, with one event loop, that answers each Engage call by itself as soon as its body
 * has ended. What a call costs here and over a bare socket together is what a runner could do at best. A program of its
 * own; prints its port, and ends with its standard input.
 */
final class FloorServer {
    private static final int MIB = 1 << 20;
    private static final int STREAMS = 10_000;
    private static final RunnerMsg START = RunnerMsg.newBuilder()
            .setResultStart(CallResultStart.newBuilder()
                    .setHttp(HttpRespMeta.newBuilder().setStatusCode(200)))
            .build();
    private static final RunnerMsg FINISHED = RunnerMsg.newBuilder()
            .setFinished(CallFinished.newBuilder().setSuccess(true))
            .build();

    private FloorServer() {}

    public static void main(String[] args) throws Exception {
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions().setEventLoopPoolSize(1))
                .withTransport(RunnerTransport.create(new PortGate(patient())))
                .build();
        GrpcServer server = GrpcServer.server(vertx);
        server.callHandler(RunnerProtocolGrpcService.Engage, FloorServer::serve);
        vertx.createHttpServer(new HttpServerOptions()
                        .setHost(RunnerProcess.HOST)
                        .setPort(0)
                        .setHttp2ClearTextEnabled(true)
                        .setHttp2RstFloodMaxRstFramePerWindow(Integer.MAX_VALUE)
                        .setHttp2ConnectionWindowSize(16 * MIB)
                        .setInitialSettings(
                                new Http2Settings().setInitialWindowSize(MIB).setMaxConcurrentStreams(STREAMS)))
                .requestHandler(server)
                .listen()
                .onSuccess(listening -> System.out.println(listening.actualPort()))
                .onFailure(failure -> System.exit(1));
        while (System.in.read() >= 0) {
            continue;
        }
        System.exit(0);
    }

    /** The runner's port; but nobody tells the gate here that a connection has spoken, so it must not wait for that. */
    private static GrpcConfig patient() {
        GrpcConfig runner = RunnerConfig.defaults().grpc();
        return new GrpcConfig(
                runner.host(),
                runner.port(),
                runner.maxMessageBytes(),
                runner.connectionWindowBytes(),
                runner.streamWindowBytes(),
                runner.maxConcurrentStreams(),
                runner.responseFrameBytes(),
                runner.allow(),
                new GrpcConfig.Limits(
                        runner.limits().budgetBytes(), runner.limits().maxConnections(), Duration.ofDays(1)),
                null);
    }

    private static void serve(GrpcServerRequest<ClientMsg, RunnerMsg> request) {
        AtomicReference<ByteString> body = new AtomicReference<>(ByteString.EMPTY);
        // A balancer resets each stream in the end.
        request.exceptionHandler(reset -> {});
        request.handler(message -> {
            if (message.hasData()) {
                body.set(body.get().concat(message.getData().getData()));
                if (message.getData().getEof()) {
                    answer(request, body.get());
                }
            }
        });
    }

    private static void answer(GrpcServerRequest<ClientMsg, RunnerMsg> request, ByteString body) {
        request.response().write(START);
        request.response()
                .write(RunnerMsg.newBuilder()
                        .setData(DataFrame.newBuilder().setData(body))
                        .build());
        request.response().write(FINISHED);
        request.response().end();
    }
}
