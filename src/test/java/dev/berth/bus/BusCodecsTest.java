package dev.berth.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.call.CallFormat;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotKey;
import dev.berth.error.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes of every message between nodes. They may change only together with their codec's name. */
final class BusCodecsTest {
    private static final ContainerTimings TIMINGS = new ContainerTimings(1, 2, 300, 4);
    private static final String TIMINGS_BYTES = "0102ac0204";
    private static final ContainerSpec SPEC = new ContainerSpec(
            new SlotKey(new byte[] {-1, 0}),
            "img",
            CallFormat.HTTP_STREAM,
            Map.of("K", "v"),
            128,
            100,
            0,
            Duration.ofMillis(1500),
            null,
            "app",
            "name",
            "fn",
            "/p",
            "tok",
            Map.of(),
            false,
            true);
    private static final String SPEC_BYTES = "02ff00" + "03696d67" + "0b485454505f53545245414d" + "01014b0176" + "8001"
            + "64" + "00" + "01" + "80cab5ee01" + "00" + "03617070" + "046e616d65" + "02666e" + "022f70" + "0103746f6b"
            + "00" + "00" + "01";

    static Stream<Arguments> messages() {
        RegistryCodec registry = new RegistryCodec();
        IngressCodec ingress = new IngressCodec();
        WorkerCodec worker = new WorkerCodec();
        return Stream.of(
                message(
                        registry,
                        new RegistryMessage.AcquireSlot("r", 1, "c", SPEC),
                        "01" + "0172" + "01" + "0163" + SPEC_BYTES),
                message(registry, new RegistryMessage.CancelAcquire("r", 2), "02" + "0172" + "02"),
                message(registry, new RegistryMessage.ReturnLease("c", 3), "03" + "0163" + "03"),
                message(registry, new RegistryMessage.ContainerReady("c", TIMINGS), "04" + "0163" + TIMINGS_BYTES),
                message(registry, new RegistryMessage.ContainerReleased("c", 128), "06" + "0163" + "8001"),
                message(registry, new RegistryMessage.ContainerEnding("c"), "07" + "0163"),
                message(registry, new RegistryMessage.ContainerGone("c"), "08" + "0163"),
                message(registry, new RegistryMessage.ContainerPaused("c", true), "09" + "0163" + "01"),
                message(registry, new RegistryMessage.Drain(), "0a"),
                message(registry, new RegistryMessage.Snapshot(), "0b"),
                message(
                        ingress,
                        new IngressMessage.SlotGranted(1, "w", "c", 2, 65536, TIMINGS),
                        "01" + "01" + "0177" + "0163" + "02" + "808004" + TIMINGS_BYTES),
                message(worker, new WorkerMessage.LaunchContainer("c", SPEC, "d"), "01" + "0163" + SPEC_BYTES + "0164"),
                message(
                        worker,
                        new WorkerMessage.RemoveContainer("c", WorkerMessage.Reason.DRAINING),
                        "02" + "0163" + "08445241494e494e47"),
                message(
                        new SnapshotCodec(),
                        new NodeSnapshot(
                                true, 1, 2, 3, 4, List.of(new NodeSnapshot.Queue(SPEC.key(), "img", 1, 2, 3, 4, 5))),
                        "01" + "01020304" + "01" + "02ff00" + "03696d67" + "0102030405"));
    }

    private static <T> Arguments message(WireCodec<T> codec, T message, String bytes) {
        return Arguments.of(codec, message, bytes);
    }

    @ParameterizedTest
    @MethodSource("messages")
    <T> void everyMessageHasItsBytes(WireCodec<T> codec, T message, String bytes) {
        assertThat(encode(codec, message)).isEqualTo(bytes);
        assertThat(decode(codec, bytes)).isEqualTo(message);
        assertThat(codec.transform(message)).isSameAs(message);
    }

    @Test
    void failuresTravelWithCodeWireCodeAndText() {
        RegistryMessage.LaunchFailed failed =
                new RegistryMessage.LaunchFailed("c", ErrorCode.PULL_FAILED.exception("x", 404), TIMINGS);
        String bytes = "05" + "0163" + "d401" + "9403" + "0178" + TIMINGS_BYTES;

        assertThat(encode(new RegistryCodec(), failed)).isEqualTo(bytes);
        RegistryMessage.LaunchFailed read = (RegistryMessage.LaunchFailed) decode(new RegistryCodec(), bytes);
        assertThat(read.error().code()).isEqualTo(ErrorCode.PULL_FAILED);
        assertThat(read.error().wireCode()).isEqualTo(404);
        assertThat(read.error()).hasMessage("x");
        assertThat(read.timings()).isEqualTo(TIMINGS);
    }

    @Test
    void refusalsTravel() {
        IngressMessage.SlotRefused refused =
                new IngressMessage.SlotRefused(7, ErrorCode.SERVER_BUSY.exception(), ContainerTimings.NONE);

        IngressMessage.SlotRefused read =
                (IngressMessage.SlotRefused) decode(new IngressCodec(), encode(new IngressCodec(), refused));

        assertThat(read.ticket()).isEqualTo(7);
        assertThat(read.error().code()).isEqualTo(ErrorCode.SERVER_BUSY);
        assertThat(read.error()).hasMessage("Timed out - server too busy");
    }

    @Test
    void everyErrorCodeTravels() {
        for (ErrorCode code : ErrorCode.values()) {
            Buffer buffer = Buffer.buffer();
            CallValues.writeError(new WireWriter(buffer), code.exception());

            assertThat(CallValues.readError(new WireReader(buffer, 0)).code()).isEqualTo(code);
        }
    }

    @Test
    void unknownKindsAreRefused() {
        for (WireCodec<?> codec : List.of(new RegistryCodec(), new IngressCodec(), new WorkerCodec())) {
            assertThatThrownBy(() -> decode(codec, "63")).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> decode(new WorkerCodec(), "02" + "0163" + "0141"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void registeredMessagesAreSentAndAnsweredWithoutNamingACodec() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            BusCodecs.register(vertx);
            BusCodecs.register(vertx);
            NodeSnapshot snapshot = new NodeSnapshot(false, 1, 2, 3, 4, List.of());
            vertx.eventBus().<RegistryMessage>consumer("registry", message -> message.reply(snapshot));

            Object reply = vertx.eventBus()
                    .request("registry", new RegistryMessage.Snapshot())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS)
                    .body();

            assertThat(reply).isSameAs(snapshot);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void onlyAddressesOfOneNodeAreOnTheSameNode() {
        assertThat(Addresses.sameNode(Addresses.ingress("a.b", 0), Addresses.worker("a.b", 12)))
                .isTrue();
        assertThat(Addresses.sameNode(
                        Addresses.frames(Addresses.ingress("a", 0)), Addresses.frames(Addresses.registry("a"))))
                .isTrue();
        assertThat(Addresses.sameNode(Addresses.ingress("a", 0), Addresses.ingress("b", 0)))
                .isFalse();
        assertThat(Addresses.sameNode(Addresses.ingress("a", 0), Addresses.worker("a.b", 0)))
                .isFalse();
        assertThat(Addresses.sameNode("x", "x")).isFalse();
    }

    private static <T> String encode(WireCodec<T> codec, T message) {
        Buffer buffer = Buffer.buffer();
        codec.encodeToWire(buffer, message);
        return HexFormat.of().formatHex(buffer.getBytes());
    }

    private static <T> T decode(WireCodec<T> codec, String hex) {
        return codec.decodeFromWire(0, Buffer.buffer(HexFormat.of().parseHex(hex)));
    }
}
