package dev.berth.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Host and port of a runner: {@code host:9190}, {@code [::1]:9190}, or a host alone for port 9190. */
public record RunnerAddress(String host, int port) {
    private static final int DEFAULT_PORT = 9190;
    private static final int OPERATIONS_PORT = 9191;
    private static final int MAX_PORT = 65535;
    private static final Pattern TEXT = Pattern.compile("(\\[[0-9A-Fa-f:.%\\w]+]|[^:\\[\\]/\\s]+)(?::(\\d{1,5}))?");

    /** Throws IllegalArgumentException for anything else. */
    public static RunnerAddress parse(String text) {
        return parse(text, DEFAULT_PORT);
    }

    /** As the other, with a port of one's own where none is given. */
    static RunnerAddress parse(String text, int usual) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
        }
        int port = matcher.group(2) == null ? usual : Integer.parseInt(matcher.group(2));
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("'" + text + "': the port must be from 1 to " + MAX_PORT);
        }
        return new RunnerAddress(matcher.group(1).replaceAll("[\\[\\]]", ""), port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** For the runner port. */
    static class Converter implements ITypeConverter<RunnerAddress> {
        private final int usual;

        Converter() {
            this(DEFAULT_PORT);
        }

        private Converter(int usual) {
            this.usual = usual;
        }

        @Override
        public RunnerAddress convert(String text) {
            try {
                return parse(text, usual);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** For the operations port. */
    static final class OperationsConverter extends Converter {
        OperationsConverter() {
            super(OPERATIONS_PORT);
        }
    }
}
