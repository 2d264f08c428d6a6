package dev.berth.cli;

import dev.berth.observe.Version;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows a node as it is now. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        version = "berth " + Version.NUMBER,
        description = {
            "Shows a runner as it is now: the nodes of its cluster with their slots, its functions and its containers; in"
                    + " a terminal each second anew, else once.",
            "Keys: n nodes, f functions, c containers, a all, / find a function (Enter ends), q quit. Colours are left"
                    + " out where NO_COLOR is set."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the runner answered",
            "2:wrong options",
            "3:refused: the token is not enough, or the runner cannot tell",
            "5:the operations port was not reached"
        })
final class TopCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int WIDTH = 120;
    private static final int MAX_FILTER = 100;
    private static final int ENTER = '\n';
    private static final int RETURN = '\r';
    private static final int ESCAPE = 27;
    private static final int DELETE = 127;
    private static final int BACKSPACE = 8;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private OperationsOptions runner;

    @Option(names = "--once", description = "Print it once, as a table.")
    private boolean once;

    @Option(names = "--json", description = "Print it once, as JSON.")
    private boolean json;

    private TopText.View view = TopText.View.ALL;
    private String filter = "";
    private boolean typing;
    private TopText.@Nullable Data last;
    private long lastAt;

    @Override
    public Integer call() {
        return runner.use(spec, this::show);
    }

    private int show(OperationsClient client) throws Exception {
        if (!once && !json) {
            // Asked first, so that what is wrong with that is not said on a screen that goes.
            ask(client);
            try (Terminal terminal = Terminal.open()) {
                if (terminal != null) {
                    watch(client, terminal);
                    return ExitCode.OK;
                }
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        TopText.Data data = ask(client);
        if (json) {
            out.println(data.json().encodePrettily());
        } else {
            new TopText(false)
                    .lines(data, view, WIDTH, Integer.MAX_VALUE)
                    .forEach(line -> out.println(line.stripTrailing()));
        }
        out.flush();
        return ExitCode.OK;
    }

    private TopText.Data ask(OperationsClient client) throws Exception {
        String find = "?limit=500&filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8);
        Future<JsonObject> node = client.get("/api/node");
        Future<JsonObject> functions = client.get("/api/functions" + find);
        Future<JsonObject> containers = client.get("/api/containers" + find);
        Future<JsonObject> peers = client.get("/api/peers");
        Blocking.await(Future.all(node, functions, containers, peers), LIMIT);
        long now = System.nanoTime();
        TopText.Data before = last;
        double rate = before == null
                ? -1
                : (node.result().getLong("callsHandled") - before.node().getLong("callsHandled"))
                        * 1e9
                        / Math.max(1, now - lastAt);
        TopText.Data data = new TopText.Data(
                node.result(),
                functions.result(),
                containers.result(),
                peers.result().getJsonArray("peers"),
                rate);
        last = data;
        lastAt = now;
        return data;
    }

    /** Until the person wants no more. Of a runner that does not answer for a while the last is shown, and said to be old. */
    private void watch(OperationsClient client, Terminal terminal) throws InterruptedException {
        TopText text = new TopText(System.getenv("NO_COLOR") == null);
        String trouble = "";
        long next = System.nanoTime();
        Integer key = null;
        while (key == null || take(key)) {
            if (key == null) {
                try {
                    ask(client);
                    trouble = "";
                } catch (InterruptedException stopped) {
                    throw stopped;
                } catch (Exception silent) {
                    trouble = "old: " + FailureText.withKind(silent);
                }
                next = System.nanoTime() + PERIOD_NANOS;
            }
            draw(terminal, text, trouble);
            key = terminal.key(Math.max(1, TimeUnit.NANOSECONDS.toMillis(next - System.nanoTime())));
        }
    }

    private void draw(Terminal terminal, TopText text, String trouble) throws InterruptedException {
        TopText.Data data = last;
        if (data == null) {
            return;
        }
        Terminal.Size size = terminal.size();
        List<String> lines = new ArrayList<>(text.lines(data, view, size.width(), size.height() - 1));
        while (lines.size() < size.height() - 1) {
            lines.add("");
        }
        String foot = typing || !filter.isEmpty() ? "/" + filter + (typing ? "_" : "") : "n f c a / q";
        lines.add(TerminalText.cut(trouble.isEmpty() ? foot : foot + "  " + TerminalText.of(trouble), size.width()));
        terminal.show(lines);
    }

    /** False: enough. */
    private boolean take(int key) {
        if (key < 0) {
            return false;
        }
        if (typing) {
            type(key);
            return true;
        }
        switch (key) {
            case 'n' -> view = TopText.View.NODES;
            case 'f' -> view = TopText.View.FUNCTIONS;
            case 'c' -> view = TopText.View.CONTAINERS;
            case 'a' -> view = TopText.View.ALL;
            case '/' -> typing = true;
            case 'q' -> {
                return false;
            }
            default -> {}
        }
        return true;
    }

    private void type(int key) {
        if (key == ENTER || key == RETURN) {
            typing = false;
        } else if (key == ESCAPE) {
            typing = false;
            filter = "";
        } else if ((key == DELETE || key == BACKSPACE) && !filter.isEmpty()) {
            filter = filter.substring(0, filter.length() - 1);
        } else if (key > ' ' && key < DELETE && filter.length() < MAX_FILTER) {
            filter += (char) key;
        }
    }
}
