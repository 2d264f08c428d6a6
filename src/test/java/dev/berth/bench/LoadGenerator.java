package dev.berth.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts load on a runner, or on functions directly, and prints what came of it. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        subcommands = {LoadGenerator.Runner.class, LoadGenerator.Socket.class},
        description = "Keeps a number of calls going, each stream starting the next as soon as one has ended.")
public final class LoadGenerator {
    private LoadGenerator() {}

    public static void main(String[] args) {
        CommandLine line = new CommandLine(new LoadGenerator());
        System.exit(line.execute(args));
    }

    /** What both commands know. */
    static final class Load {
        @Option(names = "--body", defaultValue = "16", description = "bytes of a request's body (${DEFAULT-VALUE})")
        long body;

        @Option(names = "--frame", defaultValue = "65536", description = "bytes sent at once (${DEFAULT-VALUE})")
        int frame;

        @Option(names = "--header", description = "NAME=VALUE, for the function")
        Map<String, String> headers = Map.of();

        @Option(
                names = "--expect",
                defaultValue = "first",
                description = "replies are like the request: echo; or like the first: first")
        String expect;

        @Option(names = "--warmup", defaultValue = "2", description = "seconds (${DEFAULT-VALUE})")
        int warmup;

        @Option(names = "--seconds", defaultValue = "5", description = "how long to measure (${DEFAULT-VALUE})")
        int seconds;

        @Option(names = "--count", description = "so many calls instead, without a warm-up")
        int count;

        Payload payload() {
            return Payload.of(body, frame);
        }

        Expected expected(Payload payload) {
            return expect.equals("echo") ? Expected.same(payload) : Expected.likeTheFirst();
        }

        CallSpec spec(String image) {
            CallSpec spec = CallSpec.of(image);
            for (Map.Entry<String, String> header : headers.entrySet()) {
                spec = spec.header(header.getKey(), header.getValue());
            }
            return spec;
        }

        ClosedLoop.Plan plan() {
            return count > 0
                    ? ClosedLoop.Plan.counting(count)
                    : ClosedLoop.Plan.lasting(Duration.ofSeconds(warmup), Duration.ofSeconds(seconds));
        }
    }

    /** Load on a runner. */
    @Command(name = "runner", mixinStandardHelpOptions = true, description = "Calls through a runner, over gRPC.")
    static final class Runner implements Callable<Integer> {
        @Parameters(paramLabel = "HOST:PORT")
        String address;

        @Option(names = "--image", required = true)
        String image;

        @Option(names = "--slot", defaultValue = "", description = "which containers to use: any text")
        String slot;

        @Option(
                names = "--concurrency",
                defaultValue = "1",
                description = "calls that a container takes at once (${DEFAULT-VALUE})")
        int concurrency;

        @Option(names = "--streams", defaultValue = "1", description = "calls at a time (${DEFAULT-VALUE})")
        int streams;

        @Option(names = "--connections", defaultValue = "1", description = "to spread them over (${DEFAULT-VALUE})")
        int connections;

        @Mixin
        Load load;

        @Override
        public Integer call() {
            int colon = address.lastIndexOf(':');
            try (Driver driver = new Driver()) {
                List<EngageConnection> open = Stream.generate(() -> driver.connection(
                                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))))
                        .limit(connections)
                        .toList();
                Payload payload = load.payload();
                CallSpec spec = load.spec(image).concurrency(concurrency);
                return report(driver.viaRunner(
                        open,
                        streams,
                        slot.isEmpty() ? spec : spec.slot(slot),
                        payload,
                        load.expected(payload),
                        load.plan()));
            }
        }
    }

    /** Load on functions. */
    @Command(name = "socket", mixinStandardHelpOptions = true, description = "Calls functions directly.")
    static final class Socket implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "SOCKET", description = "one Unix socket for each stream")
        List<String> sockets;

        @Mixin
        Load load;

        @Override
        public Integer call() {
            try (Driver driver = new Driver()) {
                Payload payload = load.payload();
                return report(driver.direct(sockets, load.spec("none"), payload, load.expected(payload), load.plan()));
            }
        }
    }

    private static int report(Measurement measurement) {
        System.out.println(measurement);
        return measurement.errors() == 0 ? 0 : 1;
    }
}
