package dev.berth.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import dev.berth.proto.bus.Control;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What leaves a node, what does not, and how both may grow. */
final class ControlCodecTest {
    private final ControlCodec codec = new ControlCodec();

    static Stream<Object> travellers() {
        return Messages.all();
    }

    static Stream<Object> stayers() {
        return Stream.of(
                new RegistryMessage.ContainerReady("c", ContainerTimings.NONE),
                new RegistryMessage.LaunchFailed("c", ErrorCode.PULL_FAILED.exception(), ContainerTimings.NONE),
                new RegistryMessage.ContainerReleased("c", 1),
                new RegistryMessage.ContainerEnding("c"),
                new RegistryMessage.ContainerGone("c"),
                new RegistryMessage.ContainerPaused("c", true),
                new RegistryMessage.Drain(),
                new RegistryMessage.Snapshot(),
                new WorkerMessage.LaunchContainer("c", Messages.SPEC, "d"),
                new WorkerMessage.RemoveContainer("c", WorkerMessage.Reason.DRAINING),
                new NodeSnapshot(false, 1, 2, 3, 4, List.of()));
    }

    @ParameterizedTest
    @MethodSource("travellers")
    void whatLeavesANodeArrivesAsItWas(Object message) {
        assertThat(read(write(message))).usingRecursiveComparison().isEqualTo(message);
        assertThat(codec.transform(message)).isSameAs(message);
    }

    @ParameterizedTest
    @MethodSource("stayers")
    void whatStaysOnItsNodeCannotBeSaidByAnother(Object message) {
        assertThatThrownBy(() -> write(message)).isInstanceOf(IllegalArgumentException.class);
        assertThat(codec.transform(message)).isSameAs(message);
    }

    @Test
    void fieldsOfLaterVersionsAreIgnored() throws Exception {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(
                        900,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("later"))
                                .build())
                .build();
        RegistryMessage.CancelAcquire cancel = new RegistryMessage.CancelAcquire("r", 2);
        Control grown = Control.newBuilder()
                .setCancelAcquire(SlotProtos.write(cancel).toBuilder().setUnknownFields(later))
                .setUnknownFields(later)
                .build();

        assertThat(read(framed(grown.toByteArray()))).isEqualTo(cancel);
    }

    @Test
    void messagesOfLaterVersionsAreOneTypedFailure() {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(901, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        byte[] unknown = Control.newBuilder().setUnknownFields(later).build().toByteArray();

        assertThatThrownBy(() -> read(framed(unknown))).isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void whatCannotBeIsOneTypedFailure() {
        List<Control> impossible = List.of(
                Control.newBuilder().setAcquireSlot(acquire()).build(),
                Control.newBuilder()
                        .setAcquireSlot(acquire().toBuilder()
                                .setReplyTo("r")
                                .setSpec(acquire().getSpec().toBuilder().setFormatValue(77)))
                        .build(),
                Control.newBuilder()
                        .setSlotRefused(dev.berth.proto.bus.SlotRefused.newBuilder()
                                .setError(dev.berth.proto.bus.Error.newBuilder()
                                        .setNumber(ErrorCode.FUNCTION_FAILED.number())
                                        .setWireCode(ErrorCode.SERVER_BUSY.wire())))
                        .build(),
                Control.newBuilder()
                        .setDigest(dev.berth.proto.bus.Digest.newBuilder()
                                .setIncarnation("i")
                                .setProtocol(1)
                                .setVersion(3)
                                .setBase(3))
                        .build(),
                Control.newBuilder()
                        .setBeat(dev.berth.proto.bus.Beat.newBuilder().setDigestVersion(1))
                        .build());

        for (Control control : impossible) {
            assertThatThrownBy(() -> read(framed(control.toByteArray()))).isInstanceOf(MalformedMessageException.class);
        }
    }

    private static dev.berth.proto.bus.AcquireSlot acquire() {
        return SlotProtos.write(new RegistryMessage.AcquireSlot("", 1, "c", Messages.SPEC));
    }

    @Test
    void everyErrorCodeTravels() {
        for (ErrorCode code : ErrorCode.values()) {
            IngressMessage.SlotRefused refused =
                    new IngressMessage.SlotRefused(1, code.exception(), ContainerTimings.NONE);
            IngressMessage.SlotRefused read = (IngressMessage.SlotRefused) read(write(refused));

            assertThat(read.error().code()).isEqualTo(code);
            assertThat(read.error().wireCode()).isEqualTo(code.wire());
            assertThat(read.error()).hasMessage(code.exception().getMessage());
        }
    }

    @Test
    void whatTheLogAloneIsToldStaysHere() {
        IngressMessage.SlotRefused sent = new IngressMessage.SlotRefused(
                1,
                ErrorCode.ENGINE_GONE.hiding("container engine at unix:///run/x is not answering"),
                ContainerTimings.NONE);
        IngressMessage.SlotRefused read = (IngressMessage.SlotRefused) read(write(sent));
        assertThat(read.error()).hasMessage("container engine is not answering");
        assertThat(read.error().told()).isEqualTo("container engine is not answering");
    }

    @Test
    void anErrorOfAnUnknownNumberIsInternal() {
        Control refused = Control.newBuilder()
                .setSlotRefused(dev.berth.proto.bus.SlotRefused.newBuilder()
                        .setError(dev.berth.proto.bus.Error.newBuilder()
                                .setNumber(9999)
                                .setWireCode(503)
                                .setText("no")))
                .build();

        IngressMessage.SlotRefused read = (IngressMessage.SlotRefused) read(framed(refused.toByteArray()));

        assertThat(read.error().code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(read.error().wireCode()).isEqualTo(500);
        assertThat(read.error()).hasMessage("no");
    }

    @Test
    void registeredMessagesAreSentAndAnsweredWithoutNamingACodec() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            BusCodecs.register(vertx);
            BusCodecs.register(vertx);
            NodeSnapshot snapshot = new NodeSnapshot(false, 1, 2, 3, 4, List.of());
            Inbox.openLocal(
                    vertx.eventBus(), "registry", RegistryMessage.class, (ask, message) -> message.reply(snapshot));

            assertThat(ask(vertx)).isSameAs(snapshot);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void anInboxDropsWhatIsOfAnotherFamilyAndGoesOn() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            BusCodecs.register(vertx);
            NodeSnapshot snapshot = new NodeSnapshot(false, 1, 2, 3, 4, List.of());
            Inbox<RegistryMessage> inbox = Inbox.open(
                    vertx.eventBus(), "registry", RegistryMessage.class, (ask, message) -> message.reply(snapshot));
            vertx.eventBus().send("registry", "text");
            vertx.eventBus().send("registry", new ClusterMessage.Goodbye("i"));

            assertThat(ask(vertx)).isSameAs(snapshot);
            assertThat(inbox.dropped()).isEqualTo(2);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private static Object ask(Vertx vertx) throws Exception {
        return vertx.eventBus()
                .request("registry", new RegistryMessage.Snapshot())
                .toCompletionStage()
                .toCompletableFuture()
                .get(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS)
                .body();
    }

    private Buffer write(Object message) {
        Buffer buffer = Buffer.buffer("..");
        codec.encodeToWire(buffer, message);
        return buffer;
    }

    private static Buffer framed(byte[] control) {
        Buffer buffer = Buffer.buffer("..");
        new WireWriter(buffer).bytes(control);
        return buffer;
    }

    private Object read(Buffer wire) {
        return codec.decodeFromWire(2, wire);
    }
}
