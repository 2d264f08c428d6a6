package dev.berth.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.logs.SyslogAddress.Transport;
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
    })
    @Rule("syslog-address")
    void addressesAreThoseOfTheDriver(String text, Transport transport, String host, int port) {
        assertThat(SyslogAddress.parse(text)).isEqualTo(new SyslogAddress(transport, host, port));
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
                "unixgram:///dev/log",
                "unix://log"
            })
    @Rule("syslog-address")
    void whatIsNoAddressIsRefusedInPlainWords(String text) {
        assertThatThrownBy(() -> SyslogAddress.parse(text))
                .hasMessageStartingWith("Syslog Unavailable: '" + text + "' is not an address such as udp://")
                .asInstanceOf(InstanceOfAssertFactories.type(RunnerException.class))
                .satisfies(error -> {
                    assertThat(error.code()).isEqualTo(ErrorCode.SYSLOG_UNAVAILABLE);
                    assertThat(error.wireCode()).isEqualTo(500);
                    assertThat(error.userToBlame()).isTrue();
                });
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
