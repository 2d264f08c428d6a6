package dev.berth.ops;

import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Which rows of a table are wanted: those that contain a text, in the order of a column, so many from an offset on.
 *
 * @param sort a column; numbers come largest first, texts in their order
 */
record RowPage(String filter, String sort, int offset, int limit) {
    static final int MOST = 500;
    private static final int USUAL = 100;
    private static final int MAX_TEXT = 200;

    /** What is wrong with a query. */
    static final class BadQuery extends Exception {
        private static final long serialVersionUID = 1L;

        final String text;

        BadQuery(String text) {
            super(text, null, false, false);
            this.text = text;
        }
    }

    /** @param columns to sort by, the usual one first */
    static RowPage of(MultiMap query, List<String> columns) throws BadQuery {
        String filter = text(query, "filter");
        String sort = query.contains("sort") ? query.get("sort") : columns.get(0);
        if (!columns.contains(sort)) {
            throw new BadQuery("sort is one of " + String.join(", ", columns));
        }
        return new RowPage(
                filter.toLowerCase(Locale.ROOT),
                sort,
                number(query, "offset", 0, 0, Integer.MAX_VALUE),
                number(query, "limit", USUAL, 1, MOST));
    }

    /** Empty: it is not there. */
    static String text(MultiMap query, String name) throws BadQuery {
        String text = query.contains(name) ? query.get(name) : "";
        if (text.length() > MAX_TEXT) {
            throw new BadQuery(name + " has at most " + MAX_TEXT + " characters");
        }
        return text;
    }

    static int number(MultiMap query, String name, int usual, int least, int most) throws BadQuery {
        String text = query.get(name);
        if (text == null) {
            return usual;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new BadQuery(name + " is a number from " + least + " to " + most);
        }
        throw new BadQuery(name + " is a number from " + least + " to " + most);
    }

    /** @param texts the columns that the filter looks at */
    JsonObject cut(List<JsonObject> rows, List<String> texts) {
        List<JsonObject> found = rows.stream()
                .filter(row -> filter.isEmpty()
                        || texts.stream()
                                .anyMatch(text -> row.getString(text)
                                        .toLowerCase(Locale.ROOT)
                                        .contains(filter)))
                .sorted(texts.contains(sort) ? byText() : byNumber().thenComparing(row -> row.getString(texts.get(0))))
                .toList();
        List<JsonObject> cut = found.stream().skip(offset).limit(limit).toList();
        return new JsonObject()
                .put("total", rows.size())
                .put("found", found.size())
                .put("offset", offset)
                .put("rows", new JsonArray(cut));
    }

    private Comparator<JsonObject> byText() {
        return Comparator.comparing(row -> row.getString(sort));
    }

    private Comparator<JsonObject> byNumber() {
        return Comparator.comparingDouble((JsonObject row) -> row.getDouble(sort))
                .reversed();
    }
}
