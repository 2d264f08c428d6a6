package dev.berth.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Host and port of a runner: {@code host:9190}, {@code [::1]:9190}, or a host alone for port 9190. */
public record RunnerAddress(String host, int port) {
    private static final int DEFAULT_PORT = 9190;
    private static final int MAX_PORT = 65535;
    private static final Pattern TEXT = Pattern.compile("(\\[[0-9A-Fa-f:.%\\w]+]|[^:\\[\\]/\\s]+)(?::(\\d{1,5}))?");

    /** Throws IllegalArgumentException for anything else. */
    public static RunnerAddress parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
        }
        int port = matcher.group(2) == null ? DEFAULT_PORT : Integer.parseInt(matcher.group(2));
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("'" + text + "': the port must be from 1 to " + MAX_PORT);
        }
        return new RunnerAddress(matcher.group(1).replaceAll("[\\[\\]]", ""), port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    static final class Converter implements ITypeConverter<RunnerAddress> {
        @Override
        public RunnerAddress convert(String text) {
            try {
                return parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
