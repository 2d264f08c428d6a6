package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.RunnerMsg;
import dev.berth.proto.TryCall;
import io.vertx.core.buffer.Buffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hand-written codec agrees with the generated classes. */
final class EngageCodecTest {

    @ParameterizedTest
    @CsvSource({"0,false", "0,true", "1,false", "127,true", "128,false", "10240,false", "20000,true", "3000000,true"})
    void dataFramesAreReadAsTheGeneratedClassesDo(int length, boolean eof) throws Exception {
        byte[] bytes = bytes(length);

        EngageMessage.Data data = (EngageMessage.Data)
                EngageCodec.decode(Buffer.buffer(EngageCall.frame(bytes, eof).toByteArray()));

        assertThat(data.bytes().getBytes()).isEqualTo(bytes);
        assertThat(data.eof()).isEqualTo(eof);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "127", "128", "16383", "16384", "10240", "3000000"})
    void dataFramesAreWrittenAsTheGeneratedClassesDo(int length) throws Exception {
        Buffer bytes = Buffer.buffer(bytes(length + 20));

        Buffer message = Buffer.buffer();
        EngageCodec.appendData(message, bytes, 10, 10 + length);

        assertThat(EngageCodec.dataHead(length).appendBuffer(bytes, 10, length)).isEqualTo(message);
        assertThat(message.getByte(0)).isZero();
        assertThat(message.getInt(1)).isEqualTo(message.length() - 5);
        assertThat(message.getBytes(5, message.length()))
                .isEqualTo(RunnerMsg.newBuilder()
                        .setData(DataFrame.newBuilder().setData(ByteString.copyFrom(bytes.getBytes(10, 10 + length))))
                        .build()
                        .toByteArray());
    }

    @Test
    void framesWithUnknownFieldsAreReadToo() throws Exception {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(100, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
                .build();
        ClientMsg message = ClientMsg.newBuilder()
                .setData(DataFrame.newBuilder()
                        .setData(ByteString.copyFromUtf8("x"))
                        .setUnknownFields(later))
                .setUnknownFields(later)
                .build();

        EngageMessage.Data data = (EngageMessage.Data) EngageCodec.decode(Buffer.buffer(message.toByteArray()));

        assertThat(data.bytes()).hasToString("x");
    }

    @Test
    void triesAndEmptyMessagesAreToldApart() throws Exception {
        ClientMsg message = ClientMsg.newBuilder()
                .setTry(TryCall.newBuilder().setModelsCallJson("{}"))
                .build();

        assertThat(EngageCodec.decode(Buffer.buffer(message.toByteArray()))).isInstanceOf(EngageMessage.Try.class);
        assertThat(EngageCodec.decode(Buffer.buffer())).isInstanceOf(EngageMessage.Empty.class);
    }

    @Test
    void truncatedFramesAreInvalid() {
        Buffer frame = Buffer.buffer(EngageCall.frame(bytes(300), true).toByteArray());

        for (int length = 1; length < frame.length(); length++) {
            Buffer cut = frame.slice(0, length);
            assertThatThrownBy(() -> EngageCodec.decode(cut)).isInstanceOf(InvalidProtocolBufferException.class);
        }
    }

    @Property(tries = 3000)
    void anyBytesGiveWhatTheGeneratedClassesGive(@ForAll byte[] bytes) {
        byte[] message = bytes.clone();
        if (message.length > 1) {
            message[0] = 0x12;
        }
        ClientMsg expected;
        try {
            expected = ClientMsg.parseFrom(message);
        } catch (InvalidProtocolBufferException invalid) {
            assertThatThrownBy(() -> EngageCodec.decode(Buffer.buffer(message)))
                    .isInstanceOf(InvalidProtocolBufferException.class);
            return;
        }
        try {
            EngageMessage read = EngageCodec.decode(Buffer.buffer(message));
            if (read instanceof EngageMessage.Data data) {
                assertThat(data.bytes().getBytes())
                        .isEqualTo(expected.getData().getData().toByteArray());
                assertThat(data.eof()).isEqualTo(expected.getData().getEof());
            } else {
                assertThat(expected.hasData()).isFalse();
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 7);
        }
        return bytes;
    }
}
