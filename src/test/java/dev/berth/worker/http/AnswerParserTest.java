package dev.berth.worker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.berth.call.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as an answer, and where it ends. */
final class AnswerParserTest {
    private static final int HEAD_BYTES = 64 * 1024;
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    /** What has been read of an answer. */
    private static final class Read implements AnswerParser.Listener {
        private final AnswerParser parser;
        private final Buffer body = Buffer.buffer();
        private AnswerHead head;
        private int pieces;
        private int ends;
        private boolean surplus;

        Read(boolean toHead, int headBytes) {
            parser = new AnswerParser(toHead, headBytes, this);
        }

        @Override
        public void onHead(AnswerHead read) {
            assertThat(head).isNull();
            head = read;
        }

        @Override
        public void onBytes(Buffer bytes) {
            assertThat(head).isNotNull();
            assertThat(bytes.length()).isPositive();
            body.appendBuffer(bytes);
            pieces++;
        }

        @Override
        public void onEnd(boolean more) {
            ends++;
            surplus = more;
        }

        /** @return bytes left over */
        int feed(String text) throws InvalidAnswer {
            ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
            parser.feed(bytes);
            return bytes.readableBytes();
        }

        Read over(String text) {
            assertThat(body.toString(StandardCharsets.ISO_8859_1)).isEqualTo(text);
            assertThat(ends).isEqualTo(1);
            return this;
        }
    }

    private static Read read(String answer) throws InvalidAnswer {
        Read read = new Read(false, HEAD_BYTES);
        read.feed(answer);
        return read;
    }

    private static InvalidAnswer invalid(String answer) {
        InvalidAnswer whole = catchThrowableOfType(InvalidAnswer.class, () -> read(answer));
        assertThat(whole).as(answer).isNotNull();
        InvalidAnswer inBytes = catchThrowableOfType(InvalidAnswer.class, () -> {
            Read read = new Read(false, HEAD_BYTES);
            for (int i = 0; i < answer.length(); i++) {
                read.feed(answer.substring(i, i + 1));
            }
        });
        assertThat(inBytes).hasMessage(whole.getMessage());
        return whole;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
                "HTTP/1.1 200\r\nContent-Length:5\r\n\r\nhello",
                "HTTP/1.1  200 OK\r\ncontent-length : \t 5 \t\r\n\r\nhello",
                "\r\n\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length:\r\n \t5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: x\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5  \r\nhello\r\n0\t\r\n\r\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nhe\n3\nllo\n0\n\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0002 ;a=b\r\nhe\r\n3;x\r\nllo\r\n00\r\nT: 1\r\nU: 2\r\n\r\n",
                "HTTP/1.1 102 Processing\r\nX: y\r\n\r\nHTTP/1.1 199 Odd\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello"
            })
    void framingOfAllKindsIsUnderstoodHoweverItIsCut(String answer) throws InvalidAnswer {
        Read whole = read(answer).over("hello");
        assertThat(whole.surplus).isFalse();
        assertThat(whole.head.persistent()).isTrue();
        assertThat(whole.head.headers().stream().filter(h -> h.name().equalsIgnoreCase("Content-Length")))
                .hasSizeLessThan(2);
        for (int cut = 0; cut <= answer.length(); cut++) {
            Read inTwo = new Read(false, HEAD_BYTES);
            inTwo.feed(answer.substring(0, cut));
            inTwo.feed(answer.substring(cut));
            assertThat(inTwo.over("hello").head).isEqualTo(whole.head);
        }
        Read inBytes = new Read(false, HEAD_BYTES);
        for (int i = 0; i < answer.length(); i++) {
            inBytes.feed(answer.substring(i, i + 1));
        }
        assertThat(inBytes.over("hello").head).isEqualTo(whole.head);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\n",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1,1 200 OK\r\n\r\n",
                "HTTP/a.1 200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 099 Low\r\n\r\n",
                "HTTP/1.1 200 OK\r\n folded first\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
                "HTTP/1.1 200 OK\r\na name: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\u0000b\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n;x\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n"
            })
    void whatIsNoAnswerIsTold(String answer) {
        assertThat(invalid(answer).headTooLarge()).isFalse();
    }

    @Test
    void headersKeepTheirOrderAndTheirBytesAreUtf8() throws InvalidAnswer {
        Read read =
                read(OK + "X-B: 1\r\nx-a:\u00c3\u00bc \r\nX-B:\r\nX-F: a\r\n  b\r\n\tc \r\nContent-Length: 0\r\n\r\n");
        assertThat(read.over("").head.headers())
                .containsExactly(
                        new Header("X-B", "1"),
                        new Header("x-a", "ü"),
                        new Header("X-B", ""),
                        new Header("X-F", "a b c"),
                        new Header("Content-Length", "0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"junk", "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", "\u0000"})
    void bytesPastTheEndAreToldAndLeft(String surplus) throws InvalidAnswer {
        for (String answer : new String[] {
            OK + "Content-Length: 2\r\n\r\nok", OK + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        }) {
            Read read = new Read(false, HEAD_BYTES);
            assertThat(read.feed(answer + surplus)).isEqualTo(surplus.length());
            assertThat(read.over("ok").surplus).isTrue();
        }
    }

    @Test
    void anAnswerMayEndWithItsConnection() throws InvalidAnswer {
        Read read = read(OK + "\r\nto the");
        read.feed(" end");
        assertThat(read.ends).isZero();
        read.parser.end();
        assertThat(read.over("to the end").head.persistent()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 20",
                "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
            })
    void anAnswerThatIsCutOffIsNone(String answer) throws InvalidAnswer {
        Read read = read(answer);
        assertThatThrownBy(read.parser::end).isInstanceOf(InvalidAnswer.class);
        assertThat(read.ends).isZero();
    }

    @Test
    void someAnswersHaveNoBodyWhateverTheirHeadersSay() throws InvalidAnswer {
        for (String status : new String[] {"204", "304", "101"}) {
            read("HTTP/1.1 " + status + " x\r\nContent-Length: 5\r\n\r\n").over("");
        }
        Read toHead = new Read(true, HEAD_BYTES);
        toHead.feed(OK + "Transfer-Encoding: chunked\r\n\r\n");
        toHead.over("");
    }

    @Test
    void theConnectionIsKeptOnlyWhereBothWouldKeepIt() throws InvalidAnswer {
        assertThat(read(OK + "Connection: a, Close\r\nContent-Length: 0\r\n\r\n")
                        .head
                        .persistent())
                .isFalse();
        assertThat(read(OK + "Connection: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                        .head
                        .persistent())
                .isFalse();
        assertThat(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").head.persistent())
                .isFalse();
    }

    @Test
    void aHeadIsLimitedInBytes() throws InvalidAnswer {
        String fits = OK + "X: " + "x".repeat(HEAD_BYTES - OK.length() - 7) + "\r\n\r\n";
        assertThat(read(fits).head).isNotNull();
        assertThat(invalid(fits.replace("X: ", "X: x")).headTooLarge()).isTrue();
        assertThat(invalid("HTTP/1.1 200 " + "x".repeat(HEAD_BYTES)).headTooLarge())
                .isTrue();
    }

    @Test
    void aHeadIsLimitedInHeaders() throws InvalidAnswer {
        Read read = new Read(false, 0);
        read.feed(OK + "a:b\n".repeat(HeadReader.MAX_HEADERS) + "\n");
        assertThat(read.head.headers()).hasSize(HeadReader.MAX_HEADERS);

        for (String line : new String[] {"a:b\n", "a:b\n c\n"}) {
            Read beyond = new Read(false, 0);
            ByteBuf million = Unpooled.copiedBuffer(OK + line.repeat(1_000_000), StandardCharsets.ISO_8859_1);
            InvalidAnswer error = catchThrowableOfType(InvalidAnswer.class, () -> beyond.parser.feed(million));
            assertThat(error.headTooLarge()).isTrue();
            assertThat(million.readerIndex()).isLessThan(12 * HeadReader.MAX_HEADERS);
        }
    }

    @Test
    void interimAnswersCountAgainstTheHead() {
        assertThat(invalid("HTTP/1.1 100 Continue\r\n\r\n".repeat(HEAD_BYTES / 10))
                        .headTooLarge())
                .isTrue();
        assertThat(invalid("\r\n".repeat(HEAD_BYTES)).headTooLarge()).isTrue();
    }

    @Test
    void framingIsLimitedByTheBodyItFrames() throws InvalidAnswer {
        String chunked = OK + "Transfer-Encoding: chunked\r\n\r\n";
        read(chunked + "1\r\nx\r\n".repeat(100_000) + "0\r\n\r\n").over("x".repeat(100_000));
        read(chunked + ("1;" + "e".repeat(4000) + "\r\nx\r\n").repeat(3) + "0\r\n\r\n")
                .over("xxx");

        assertThat(invalid(chunked + "1;" + "e".repeat(5000) + "\r\nx\r\n")).hasMessageContaining("too long");
        assertThat(invalid(chunked + ("1;" + "e".repeat(1000) + "\r\nx\r\n").repeat(20)))
                .hasMessageContaining("framing");
        assertThat(invalid(chunked + "0\r\n" + "T: 1\r\n".repeat(HEAD_BYTES))).hasMessageContaining("trailers");
    }

    @Test
    void manySmallChunksOfOneFeedingMakeOnePiece() throws InvalidAnswer {
        Read read = read(OK + "Transfer-Encoding: chunked\r\n\r\n" + "1\r\nx\r\n".repeat(1000) + "0\r\n\r\n");
        assertThat(read.pieces).isEqualTo(1);
    }

    @Test
    void aStoppedParserSaysNothingMore() throws InvalidAnswer {
        Read read = read(OK + "Content-Length: 5\r\n\r\n");
        read.parser.stop();
        read.feed("hello");
        read.parser.end();
        assertThat(read.pieces).isZero();
        assertThat(read.ends).isZero();
    }

    @Test
    void aBodyOfMegabytesComesWholeInPiecesOfAnySize() throws InvalidAnswer {
        Random random = new Random(1);
        String body = "0123456789abcdef".repeat(100_000);
        String answer = OK + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        Read read = new Read(false, HEAD_BYTES);
        for (int at = 0; at < answer.length(); ) {
            int piece = Math.min(answer.length() - at, 1 + random.nextInt(70_000));
            read.feed(answer.substring(at, at + piece));
            at += piece;
        }
        read.over(body);
    }
}
