package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.call.SyslogAddress.Transport;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SyslogAddressTest {
    @ParameterizedTest
    @CsvSource({
        "udp://logs.example:1514, UDP, logs.example, 1514",
        "tcp://10.0.0.1:1, TCP, 10.0.0.1, 1",
        "tcp+tls://log_server:6514, TLS, log_server, 6514",
        "tls://logs, TLS, logs, 514",
        "TCP://logs/, TCP, logs, 514",
        "' udp://[::1]:514 ', UDP, ::1, 514",
        "unix:///run/log.sock, UNIX, /run/log.sock, 0",
        "UnixGram:///dev/log, UNIXGRAM, /dev/log, 0",
        "unix:///run/%6Cog+%20%2B, UNIX, /run/log+ +, 0",
        "unix:///run/../etc, UNIX, /run/../etc, 0",
        "unix:////run/log, UNIX, //run/log, 0",
    })
    @Rule("syslog-address")
    void addressesAreThoseOfTheDriver(String text, Transport transport, String host, int port) {
        SyslogAddress address = SyslogAddress.parse(text);

        assertThat(address).isEqualTo(new SyslogAddress(transport, host, port));
        assertThat(SyslogAddress.parse(address.toString())).isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource({
        "TLS://logs, tcp+tls://logs:514",
        "udp://[::1], udp://[::1]:514",
        "UNIX:///run/a%20b%25c, unix:///run/a%20b%25c",
    })
    void everyAddressHasOneTextThatEnginesTake(String text, String written) {
        assertThat(SyslogAddress.parse(text)).hasToString(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "logs:514",
                "http://logs",
                "udp://",
                "udp://a:0",
                "udp://a:65536",
                "udp://a:b",
                "udp://a b",
                "udp://a,udp://b",
                "unix://log",
                "unix:/dev/log",
                "unix://host/dev/log",
                "unix:///dev/log?x",
                "unix:///dev/log#x",
                "unix:///dev/%",
                "unix:///dev/%zz",
                "unixpacket:///dev/log",
                "fd:///3",
                "udp:logs",
                "udp://user@logs",
                "udp://logs/path",
                "udp://lo%67s"
            })
    @Rule("syslog-address")
    void whatIsNoAddressIsRefusedInPlainWords(String text) {
        assertThatThrownBy(() -> SyslogAddress.parse(text))
                .hasMessageStartingWith("Invalid syslog_url: '" + text + "' is not an address such as udp://")
                .asInstanceOf(InstanceOfAssertFactories.type(RunnerException.class))
                .satisfies(error -> {
                    assertThat(error.code()).isEqualTo(ErrorCode.INVALID_SYSLOG_URL);
                    assertThat(error.wireCode()).isEqualTo(400);
                    assertThat(error.userToBlame()).isFalse();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp://a\nb", "unix:///dev/%00log", "unix:///dev/a%0Ab", "udp://a\u0000", "udp://a\u0085"})
    void controlCharactersAreNeitherTakenNorRepeated(String text) {
        assertThatThrownBy(() -> SyslogAddress.parse(text))
                .isInstanceOf(RunnerException.class)
                .satisfies(error -> assertThat(error.getMessage().chars()).noneMatch(Character::isISOControl));
    }

    @Test
    void whatIsQuotedHasALimit() {
        assertThatThrownBy(() -> SyslogAddress.parse("x".repeat(100_000)))
                .satisfies(error -> assertThat(error.getMessage()).hasSizeLessThan(400));
    }

    @Test
    void listHasCommas() {
        assertThat(SyslogAddress.list("udp://a:1, tls://b:2"))
                .containsExactly(new SyslogAddress(Transport.UDP, "a", 1), new SyslogAddress(Transport.TLS, "b", 2));
        assertThatThrownBy(() -> SyslogAddress.list("udp://a,")).isInstanceOf(RunnerException.class);
    }
}
