package dev.berth.logs;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a syslog server is.
 *
 * @param host name or number; of a UNIX address the path of the socket
 * @param port of a UNIX address 0
 */
record SyslogAddress(Transport transport, String host, int port) {
    private static final int DEFAULT_PORT = 514;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_QUOTED = 200;
    private static final Pattern NETWORK = Pattern.compile(
            "(udp|tcp|tcp\\+tls|tls)://(?:\\[([0-9a-f:.]+)]|([^\\s/\\[\\]:?#@,]+))(?::(\\d{1,5}))?/?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern UNIX = Pattern.compile("unix://(/\\S+)", Pattern.CASE_INSENSITIVE);

    enum Transport {
        UDP,
        TCP,
        TLS,
        UNIX
    }

    /** @throws RunnerException SYSLOG_UNAVAILABLE, with a text that says what an address looks like */
    static SyslogAddress parse(String text) {
        String address = text.strip();
        Matcher unix = UNIX.matcher(address);
        if (unix.matches()) {
            return new SyslogAddress(Transport.UNIX, unix.group(1), 0);
        }
        Matcher network = NETWORK.matcher(address);
        if (!network.matches()) {
            throw notOne(text);
        }
        int port = network.group(4) == null ? DEFAULT_PORT : Integer.parseInt(network.group(4));
        if (port < 1 || port > MAX_PORT) {
            throw notOne(text);
        }
        String number = network.group(2);
        return new SyslogAddress(transport(network.group(1)), number == null ? network.group(3) : number, port);
    }

    /** Addresses separated by commas; at least one. */
    static List<SyslogAddress> list(String text) {
        return Arrays.stream(text.split(",", -1)).map(SyslogAddress::parse).toList();
    }

    private static Transport transport(String scheme) {
        return switch (scheme.toLowerCase(Locale.ROOT)) {
            case "udp" -> Transport.UDP;
            case "tcp" -> Transport.TCP;
            default -> Transport.TLS;
        };
    }

    private static RunnerException notOne(String text) {
        String quoted = text.length() > MAX_QUOTED ? text.substring(0, MAX_QUOTED) + "…" : text;
        return ErrorCode.SYSLOG_UNAVAILABLE.exception(ErrorCode.SYSLOG_UNAVAILABLE.text() + ": '" + quoted
                + "' is not an address such as udp://host:514, tcp://host:514, tcp+tls://host:6514 or unix:///path");
    }
}
