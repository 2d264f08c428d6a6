package dev.berth.cli;

import com.google.protobuf.ByteString;
import dev.berth.proto.CallFinished;
import dev.berth.proto.CallResultStart;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.HttpHeader;
import dev.berth.proto.HttpRespMeta;
import dev.berth.proto.RunnerMsg;
import dev.berth.proto.RunnerProtocolGrpcService;
import dev.berth.proto.RunnerStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.function.Consumer;
import java.util.function.Function;

/** A runner whose every answer a test decides. */
final class FakeRunner {
    private final HttpServer server;
    private Consumer<GrpcServerRequest<ClientMsg, RunnerMsg>> onEngage = request -> {};
    private Function<Object, Future<RunnerStatus>> onStatus =
            request -> Future.succeededFuture(RunnerStatus.getDefaultInstance());

    FakeRunner(Vertx vertx) throws Exception {
        this(vertx, new HttpServerOptions());
    }

    FakeRunner(Vertx vertx, HttpServerOptions options) throws Exception {
        GrpcServer grpc = GrpcServer.server(vertx);
        grpc.callHandler(RunnerProtocolGrpcService.Engage, request -> onEngage.accept(request));
        grpc.callHandler(RunnerProtocolGrpcService.Status, request -> answer(request, request.last()));
        grpc.callHandler(RunnerProtocolGrpcService.Status2, request -> answer(request, request.last()));
        server = Blocking.await(vertx.createHttpServer(options.setPort(0).setHost("127.0.0.1"))
                .requestHandler(grpc)
                .listen());
    }

    RunnerAddress address() {
        return new RunnerAddress("127.0.0.1", server.actualPort());
    }

    void onEngage(Consumer<GrpcServerRequest<ClientMsg, RunnerMsg>> script) {
        onEngage = script;
    }

    /** The request is an Empty or a Struct. */
    void onStatus(Function<Object, Future<RunnerStatus>> script) {
        onStatus = script;
    }

    private <Q> void answer(GrpcServerRequest<Q, RunnerStatus> request, Future<Q> message) {
        message.compose(onStatus::apply).onSuccess(request.response()::end).onFailure(request.response()::fail);
    }

    static RunnerMsg head(int status, String... nameValues) {
        HttpRespMeta.Builder meta = HttpRespMeta.newBuilder().setStatusCode(status);
        for (int i = 0; i < nameValues.length; i += 2) {
            meta.addHeaders(HttpHeader.newBuilder().setKey(nameValues[i]).setValue(nameValues[i + 1]));
        }
        return RunnerMsg.newBuilder()
                .setResultStart(CallResultStart.newBuilder().setHttp(meta))
                .build();
    }

    static RunnerMsg data(ByteString bytes) {
        return RunnerMsg.newBuilder()
                .setData(DataFrame.newBuilder().setData(bytes))
                .build();
    }

    static RunnerMsg data(String text) {
        return data(ByteString.copyFromUtf8(text));
    }

    static RunnerMsg succeeded() {
        return finished(CallFinished.newBuilder().setSuccess(true).setDetails("id"));
    }

    static RunnerMsg failed(int code, String text, boolean user) {
        return finished(
                CallFinished.newBuilder().setErrorCode(code).setErrorStr(text).setErrorUser(user));
    }

    private static RunnerMsg finished(CallFinished.Builder finished) {
        return RunnerMsg.newBuilder().setFinished(finished).build();
    }
}
