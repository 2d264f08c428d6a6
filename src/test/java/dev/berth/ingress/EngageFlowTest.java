package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.CallEnd;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.conformance.Rule;
import dev.berth.proto.RunnerMsg;
import dev.berth.stream.FrameStream;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies in both directions: sizes and flow control. */
final class EngageFlowTest {
    private static final int MIB = 1 << 20;

    private IngressRig rig;

    @BeforeEach
    void start() {
        rig = new IngressRig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void bodyOfManyFramesArrivesWhole() {
        rig.worker.script = FakeWorker::count;
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
        byte[] frame = new byte[10 * 1024];
        for (int i = 0; i < 500; i++) {
            call.data(frame, false);
        }

        EngageCall.Result result = call.data("", true).result();

        assertThat(result.body()).isEqualTo("got " + 500 * frame.length);
        rig.assertNothingLeft();
    }

    @Test
    void oneMessageAsLargeAsAllowedArrivesWhole() {
        rig.worker.script = FakeWorker::count;
        byte[] frame = new byte[IngressRig.MAX_MESSAGE - 16];

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data(frame, true).result();

        assertThat(result.body()).isEqualTo("got " + frame.length);
        rig.assertNothingLeft();
    }

    @Test
    void messageLargerThanAllowedIsRefusedWithBothSizes() {
        rig.worker.script = FakeWorker::swallow;
        byte[] frame = new byte[IngressRig.MAX_MESSAGE];
        int size = EngageCall.frame(frame, false).getSerializedSize();

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data(frame, false).result();

        assertThat(result.status()).isEqualTo("8");
        assertThat(result.text()).isEqualTo("grpc: received message larger than max (" + size + " vs. 4194304)");
        rig.assertNothingLeft();
    }

    @Test
    @Rule("engage-waiting-unread")
    void aWaitingCallHoldsItsClientBackAndItsBodyArrivesAfterTheGrant() {
        List<AcquireSlot> waiting = new ArrayList<>();
        rig.registry.onAcquire = waiting::add;
        rig.worker.script = FakeWorker::count;
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
        rig.registry.next(AcquireSlot.class);
        for (int i = 0; i < 800; i++) {
            call.data(new byte[10 * 1024], false);
        }
        call.data("", true);
        Await.until(rig.ingress.context(), "client held back", () -> call.request.writeQueueFull());

        rig.registry.grant(waiting.get(0));

        assertThat(call.result().body()).isEqualTo("got " + 800 * 10 * 1024);
        rig.assertNothingLeft();
    }

    @Test
    @Rule("engage-slow-function")
    void slowFunctionHoldsItsClientBack() {
        AtomicLong read = new AtomicLong();
        BlockingQueue<FrameStream> streams = new LinkedBlockingQueue<>();
        rig.worker.script = stream -> {
            stream.inbound().handler(bytes -> read.addAndGet(bytes.length()));
            stream.inbound().pause();
            stream.inbound().endHandler(v -> {
                FakeWorker.head(stream);
                stream.finish(new CallEnd(null));
            });
            streams.add(stream);
        };
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
        for (int i = 0; i < 800; i++) {
            call.data(new byte[10 * 1024], false);
        }
        call.data("", true);
        FrameStream stream = Await.next(streams);
        Await.until(rig.ingress.context(), "client held back", () -> call.request.writeQueueFull());
        assertThat(read.get()).isZero();

        rig.worker.run(() -> stream.inbound().resume());

        assertThat(call.result().finished().getSuccess()).isTrue();
        assertThat(read.get()).isEqualTo(800L * 10 * 1024);
        rig.assertNothingLeft();
    }

    @Test
    void largeAnswerIsCutIntoFramesAndKeepsItsOrder() {
        byte[] answer = new byte[3 * MIB];
        for (int i = 0; i < answer.length; i++) {
            answer[i] = (byte) (i * 31 >>> 8);
        }
        rig.worker.script = stream -> {
            FakeWorker.head(stream);
            sendAll(stream, Buffer.buffer(answer), 0);
        };

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();

        Buffer received = Buffer.buffer();
        for (RunnerMsg message : result.messages()) {
            if (message.hasData()) {
                assertThat(message.getData().getEof()).isFalse();
                assertThat(message.getData().getData().size()).isBetween(1, IngressRig.FRAME);
                received.appendBytes(message.getData().getData().toByteArray());
            }
        }
        assertThat(Arrays.equals(received.getBytes(), answer)).isTrue();
        assertThat(result.finished().getSuccess()).isTrue();
        rig.assertNothingLeft();
    }

    @Test
    @Rule("engage-slow-client")
    void slowClientHoldsItsFunctionBack() {
        AtomicLong written = new AtomicLong();
        long size = 32L * MIB;
        rig.worker.script = stream -> {
            FakeWorker.head(stream);
            produce(stream, written, size);
        };
        EngageCall call = rig.client.engage();
        AtomicLong received = new AtomicLong();
        call.request.response().onSuccess(response -> {
            response.pause();
            response.handler(bytes -> received.addAndGet(bytes.length()));
        });

        call.tryCall(IngressRig.MODEL).data("", true);

        long before;
        do {
            before = written.get();
            rig.client.engage().tryCall("{}").result();
        } while (before == 0 || written.get() != before);
        assertThat(written.get()).isLessThan(size);
        call.request.response().onSuccess(response -> response.resume());
        Await.until(rig.worker.context(), "all of it arrived", () -> received.get() > size);
        rig.assertNothingLeft();
    }

    @Test
    void callGivenUpWhileItsTrailersWaitForTheConnectionHarmsNoOther() {
        HttpClientAgent http = rig.vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(MIB)));
        HttpClientConnection connection = Await.of(
                http.connect(new HttpConnectOptions().setHost("127.0.0.1").setPort(rig.ingress.port())));
        AtomicLong received = new AtomicLong();
        rig.worker.script = stream -> {
            FakeWorker.head(stream);
            sendAll(stream, Buffer.buffer(new byte[MIB]), 0);
        };
        EngageCall stalled = engage(connection);
        stalled.request.response().onSuccess(response -> {
            response.pause();
            response.handler(bytes -> received.addAndGet(bytes.length()));
        });
        stalled.tryCall(IngressRig.MODEL).data("", true);
        Await.until(rig.worker.context(), "all is written", () -> !rig.worker.calls.isEmpty());
        rig.client.engage().tryCall("{}").result();

        rig.worker.script = FakeWorker::echo;
        EngageCall givenUp = engage(connection).tryCall(IngressRig.MODEL).data("x", true);
        Await.until(rig.worker.context(), "answered", () -> rig.worker.calls.size() == 2 && rig.worker.active() < 2);
        rig.client.engage().tryCall("{}").result();
        givenUp.cancel();
        stalled.request.response().onSuccess(HttpClientResponse::resume);

        Await.until(rig.worker.context(), "the other's answer has arrived", () -> received.get() > MIB);
        assertThat(engage(connection)
                        .tryCall(IngressRig.MODEL)
                        .data("y", true)
                        .result()
                        .body())
                .isEqualTo("y");
        rig.assertNothingLeft();
        Await.of(http.close());
    }

    private static EngageCall engage(HttpClientConnection connection) {
        return Await.of(connection
                .request(new RequestOptions().setMethod(HttpMethod.POST).setURI(EngageClient.ENGAGE))
                .map(request -> new EngageCall(
                        request.putHeader("content-type", "application/grpc").putHeader("te", "trailers"))));
    }

    private static void produce(FrameStream stream, AtomicLong written, long size) {
        while (written.get() < size && !stream.outbound().writeQueueFull()) {
            stream.outbound().write(Buffer.buffer(new byte[16 * 1024]));
            written.addAndGet(16 * 1024);
        }
        if (written.get() >= size) {
            stream.outbound().drainHandler(null);
            stream.finish(new CallEnd(null));
        } else {
            stream.outbound().drainHandler(v -> produce(stream, written, size));
        }
    }

    private static void sendAll(FrameStream stream, Buffer bytes, int from) {
        int at = from;
        while (at < bytes.length() && !stream.outbound().writeQueueFull()) {
            int end = Math.min(bytes.length(), at + 25_000);
            stream.outbound().write(bytes.slice(at, end));
            at = end;
        }
        int next = at;
        if (at == bytes.length()) {
            stream.outbound().drainHandler(null);
            stream.finish(new CallEnd(null));
        } else {
            stream.outbound().drainHandler(v -> sendAll(stream, bytes, next));
        }
    }

    @Test
    void answerWithoutBodyHasAResultStart() {
        rig.worker.script = stream -> {
            FakeWorker.head(stream);
            stream.finish(new CallEnd(null));
        };

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();

        assertThat(result.messages()).hasSize(2);
        assertThat(result.messages().get(0).hasResultStart()).isTrue();
        assertThat(result.messages().get(1).hasFinished()).isTrue();
    }
}
