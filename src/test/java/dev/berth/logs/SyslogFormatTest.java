package dev.berth.logs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.berth.conformance.Rule;
import org.junit.jupiter.api.Test;

final class SyslogFormatTest {
    private static final LogOrigin ORIGIN = new LogOrigin("app-1", "fn-1", "container-1", "image");

    private static LogLine line(LogLine.Source source, String text) {
        return new LogLine(ORIGIN, "call-1", 1_700_000_000_123L, source, ByteString.copyFromUtf8(text));
    }

    @Test
    @Rule("syslog-format")
    void messageIsOfRfc5424WithTheDriversTag() {
        SyslogFormat format = SyslogFormat.tagged("host-1", ORIGIN.tag());
        long pid = ProcessHandle.current().pid();

        assertThat(format.message(line(LogLine.Source.STDOUT, "h\u00e9llo ")).toString())
                .isEqualTo("<14>1 2023-11-14T22:13:20.123Z host-1 app_id=app-1,fn_id=fn-1 " + pid
                        + " app_id=app-1,fn_id=fn-1 - h\u00e9llo ");
        assertThat(format.message(line(LogLine.Source.STDERR, "x")).toString()).startsWith("<11>1 ");
    }

    @Test
    @Rule("old-syslog-form")
    void legacyMessageNamesCallRouteAndApplication() {
        SyslogFormat format = SyslogFormat.legacy("app-1", "/hello");

        assertThat(format.message(line(LogLine.Source.STDERR, "bye")).toString())
                .isEqualTo("<11>2 2023-11-14T22:13:20Z fn - - - - call_id=call-1 func_name=/hello app_id=app-1 bye");
    }

    @Test
    void namesCannotEndWhatTheyStandIn() {
        SyslogFormat tagged = SyslogFormat.tagged("", "app_id=a b\n<0>,fn_id=" + "f".repeat(1_000));
        SyslogFormat old = SyslogFormat.legacy("a\nb", "/\u00e9 x");

        assertThat(tagged.message(line(LogLine.Source.STDOUT, "text")).toString())
                .contains("Z - app_id=a?b?<0>,fn_id=fff")
                .hasLineCount(1)
                .hasSizeLessThan(600);
        assertThat(old.message(line(LogLine.Source.STDOUT, "text")).toString())
                .endsWith(" func_name=/??x app_id=a?b text");
    }
}
