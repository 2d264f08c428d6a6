package dev.berth.call;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a syslog server is. What a caller writes is taken apart here and nowhere else: engines get the text of
 * {@link #toString()}, of which there is one per address, so that they cannot read into it what was not seen here.
 *
 * @param host name or number; of a UNIX address the path of the socket, escapes resolved and otherwise as it was
 *     given
 * @param port of a UNIX address 0
 */
public record SyslogAddress(Transport transport, String host, int port) {
    private static final int DEFAULT_PORT = 514;
    private static final int MAX_PORT = 65_535;
    private static final Pattern NETWORK = Pattern.compile(
            "(udp|tcp|tcp\\+tls|tls)://(?:\\[([0-9a-f:.]+)]|([a-z0-9._-]+))(?::(\\d{1,5}))?/?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern FILE = Pattern.compile("(unix|unixgram)://(/[^?#\\s]+)", Pattern.CASE_INSENSITIVE);

    /** How it is reached; {@code UNIX} is a stream socket, {@code UNIXGRAM} one of packets. */
    public enum Transport {
        UDP("udp"),
        TCP("tcp"),
        TLS("tcp+tls"),
        UNIX("unix"),
        UNIXGRAM("unixgram");

        private final String scheme;

        Transport(String scheme) {
            this.scheme = scheme;
        }

        /** Whether it is a socket of the machine's file system. */
        public boolean isFile() {
            return this == UNIX || this == UNIXGRAM;
        }
    }

    /** @throws RunnerException INVALID_SYSLOG_URL, with a text that says what an address looks like */
    public static SyslogAddress parse(String text) {
        String address = text.strip();
        Matcher file = FILE.matcher(address);
        if (file.matches()) {
            return new SyslogAddress(transport(file.group(1)), path(text, file.group(2)), 0);
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
    public static List<SyslogAddress> list(String text) {
        return Arrays.stream(text.split(",", -1)).map(SyslogAddress::parse).toList();
    }

    private static String path(String text, String escaped) {
        try {
            // Only the decoder's rule for percent signs is one of paths.
            String path = URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
            if (!HttpSyntax.hasControl(path)) {
                return path;
            }
        } catch (IllegalArgumentException brokenEscape) {
            // No address either.
        }
        throw notOne(text);
    }

    private static Transport transport(String scheme) {
        return switch (scheme.toLowerCase(Locale.ROOT)) {
            case "udp" -> Transport.UDP;
            case "tcp" -> Transport.TCP;
            case "unix" -> Transport.UNIX;
            case "unixgram" -> Transport.UNIXGRAM;
            default -> Transport.TLS;
        };
    }

    private static RunnerException notOne(String text) {
        return ErrorCode.INVALID_SYSLOG_URL.exception(ErrorCode.INVALID_SYSLOG_URL.text() + ": '"
                + HttpSyntax.printable(text)
                + "' is not an address such as udp://host:514, tcp://host:514, tcp+tls://host:6514 or unix:///path");
    }

    /** As a URL that {@link #parse} takes, and syslog drivers of engines too. */
    @Override
    public String toString() {
        if (transport.isFile()) {
            return transport.scheme + "://"
                    + URLEncoder.encode(host, StandardCharsets.UTF_8)
                            .replace("%2F", "/")
                            .replace("+", "%20");
        }
        return transport.scheme + "://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
