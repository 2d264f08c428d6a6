package dev.berth.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What {@code berth top} shows, as lines. */
final class TopText {
    private static final String BOLD = "\u001b[1m";
    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";
    private static final double GIB = 1 << 30;
    private static final double MIB = 1 << 20;
    private static final int LEAST_NAME = 12;
    private static final int BAR = 20;
    /** Lines of the node itself, and of a title with its heads. */
    private static final int HEAD = 4;

    private final boolean color;

    /** Which tables are shown. */
    enum View {
        ALL,
        NODES,
        FUNCTIONS,
        CONTAINERS
    }

    /**
     * What there is to show.
     *
     * @param rate calls ended a second; negative: not known yet
     */
    record Data(JsonObject node, JsonObject functions, JsonObject containers, JsonArray peers, double rate) {
        JsonObject json() {
            return new JsonObject()
                    .put("node", node)
                    .put("functions", functions.getJsonArray("rows"))
                    .put("containers", containers.getJsonArray("rows"))
                    .put("peers", peers);
        }
    }

    /** One column: its head, how wide it is, and what is in it. The first of a table takes what is left. */
    private record Column(String head, int width, Function<JsonObject, String> text) {}

    TopText(boolean color) {
        this.color = color;
    }

    /**
     * @param width of the screen, in characters
     * @param height of the screen, in lines; at most so many are made
     */
    List<String> lines(Data data, View view, int width, int height) {
        List<String> lines = new ArrayList<>(head(data, width));
        List<List<String>> tables = new ArrayList<>();
        if (view == View.NODES || (view == View.ALL && !data.peers().isEmpty())) {
            tables.add(table("NODES", data.peers(), data.peers().size(), nodeColumns(), width));
        }
        if (view == View.FUNCTIONS || view == View.ALL) {
            JsonArray rows = data.functions().getJsonArray("rows");
            tables.add(table("FUNCTIONS", rows, data.functions().getInteger("found"), functionColumns(), width));
        }
        if (view == View.CONTAINERS || view == View.ALL) {
            JsonArray rows = data.containers().getJsonArray("rows");
            tables.add(table("CONTAINERS", rows, data.containers().getInteger("found"), containerColumns(), width));
        }
        int left = height - lines.size();
        for (int i = 0; i < tables.size(); i++) {
            List<String> table = tables.get(i);
            int share = Math.min(table.size(), Math.max(HEAD, left / (tables.size() - i)));
            lines.addAll(table.subList(0, Math.min(share, table.size())));
            left -= share;
        }
        return lines.subList(0, Math.min(height, lines.size()));
    }

    private List<String> head(Data data, int width) {
        JsonObject node = data.node();
        JsonObject containers = node.getJsonObject("containers");
        String wrong = !node.getBoolean("engineAnswers") ? "engine does not answer" : "";
        String state = node.getBoolean("draining") ? "draining" : wrong.isEmpty() ? "ready" : wrong;
        String first = TerminalText.cut(
                "berth " + TerminalText.of(node.getString("id")) + " " + node.getString("version") + "  "
                        + node.getString("engine") + "  " + state,
                width);
        String calls = (data.rate() < 0 ? "" : "%.1f calls/s  ".formatted(data.rate()))
                + (node.getLong("callsActive") - node.getLong("waiting")) + " running  " + node.getLong("waiting")
                + " waiting  containers: " + containers.getInteger("busy") + " busy, " + containers.getInteger("idle")
                + " idle, " + containers.getInteger("frozen") + " frozen, " + containers.getInteger("starting")
                + " starting";
        String room = "memory " + bar(node.getLong("memoryUsedBytes"), node.getLong("memoryTotalBytes"))
                + " %.1f of %.1f GiB  cpu "
                        .formatted(node.getLong("memoryUsedBytes") / GIB, node.getLong("memoryTotalBytes") / GIB)
                + bar(node.getLong("cpuUsedMillis"), node.getLong("cpuTotalMillis"))
                + " %.1f of %.1f"
                        .formatted(node.getLong("cpuUsedMillis") / 1_000.0, node.getLong("cpuTotalMillis") / 1_000.0);
        return List.of(
                paint(state.equals("ready") ? BOLD : RED, first),
                TerminalText.cut(calls, width),
                TerminalText.cut(room, width));
    }

    private static String bar(long used, long total) {
        int full = total <= 0 ? 0 : (int) Math.min(BAR, used * BAR / total);
        return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "]";
    }

    private List<String> table(String title, JsonArray rows, int found, List<Column> columns, int width) {
        int others =
                columns.stream().skip(1).mapToInt(column -> column.width() + 1).sum();
        int first = Math.max(LEAST_NAME, width - others);
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(paint(BOLD, TerminalText.cut(line(columns, first, title, Column::head), width)));
        for (int i = 0; i < rows.size(); i++) {
            JsonObject row = rows.getJsonObject(i);
            String line = line(
                    columns,
                    first,
                    columns.get(0).text().apply(row),
                    column -> column.text().apply(row));
            lines.add(paint(row.getInteger("waiting", 0) > 0 ? RED : "", TerminalText.cut(line, width)));
        }
        if (rows.isEmpty()) {
            lines.add("none");
        } else if (found > rows.size()) {
            lines.add((found - rows.size()) + " more");
        }
        return lines;
    }

    private static String line(List<Column> columns, int first, String name, Function<Column, String> text) {
        StringBuilder line = new StringBuilder(TerminalText.left(name, first));
        columns.stream()
                .skip(1)
                .forEach(column -> line.append(' ').append(TerminalText.right(text.apply(column), column.width())));
        return line.toString();
    }

    private String paint(String how, String line) {
        return color && !how.isEmpty() ? how + line + PLAIN : line;
    }

    private static List<Column> nodeColumns() {
        return List.of(
                new Column("", 0, row -> row.getString("id")),
                new Column(
                        "state",
                        9,
                        row -> row.getBoolean("draining")
                                ? "draining"
                                : row.getString("state").toLowerCase(Locale.ROOT)),
                new Column(
                        "free MiB",
                        9,
                        row -> row.containsKey("freeMemoryBytes") ? whole(row.getLong("freeMemoryBytes") / MIB) : "-"),
                new Column(
                        "free CPU",
                        8,
                        row -> row.containsKey("freeCpuMillis")
                                ? "%.1f".formatted(row.getLong("freeCpuMillis") / 1_000.0)
                                : "-"),
                new Column(
                        "told",
                        8,
                        row -> row.containsKey("digestAgeMillis") ? span(row.getLong("digestAgeMillis")) : "-"),
                slots("busy", 6),
                slots("idle", 6),
                slots("starting", 9),
                slots("waiting", 8));
    }

    private static List<Column> functionColumns() {
        return List.of(
                new Column("", 0, row -> row.getString("image")),
                count("busy", 5),
                count("idle", 5),
                count("frozen", 6),
                count("starting", 8),
                count("waiting", 7),
                new Column("call ms", 8, row -> whole(row.getDouble("serviceMillis"))),
                new Column("start ms", 8, row -> whole(row.getDouble("startMillis"))));
    }

    private static List<Column> containerColumns() {
        return List.of(
                new Column("", 0, row -> row.getString("id") + " " + row.getString("image")),
                new Column("state", 8, row -> row.getString("state")),
                new Column("for", 7, row -> span(row.getDouble("forMillis").longValue())),
                new Column("MiB", 6, row -> whole(row.getLong("memoryBytes") / MIB)),
                new Column(
                        "CPU",
                        6,
                        row -> row.getLong("cpuMillis") == 0
                                ? "-"
                                : "%.2f".formatted(row.getLong("cpuMillis") / 1_000.0)));
    }

    private static Column count(String name, int width) {
        return new Column(name, width, row -> String.valueOf(row.getInteger(name)));
    }

    /** Of all a node's functions; nothing is known of one that has said nothing yet. */
    private static Column slots(String name, int width) {
        return new Column(name, width, row -> {
            JsonObject slots = row.getJsonObject("slots");
            return slots == null ? "-" : String.valueOf(slots.getLong(name));
        });
    }

    private static String whole(double number) {
        return "%.0f".formatted(number);
    }

    private static String span(long millis) {
        long seconds = millis / 1_000;
        if (millis < 10_000) {
            return "%.1fs".formatted(millis / 1_000.0);
        }
        return seconds < 600 ? seconds + "s" : seconds < 36_000 ? seconds / 60 + "m" : seconds / 3_600 + "h";
    }
}
