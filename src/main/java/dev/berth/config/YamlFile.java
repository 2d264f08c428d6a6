package dev.berth.config;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a settings file into the values of known keys, each with its line. One use. */
final class YamlFile {
    /** A value as written, and the line its key is on. */
    record Entry(RawValue value, int line) {}

    private final Path file;
    private final Problems problems;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private int line;

    private YamlFile(Path file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    /** What is wrong with the file as such, with unknown and with repeated keys goes into {@code problems}. */
    static Map<String, Entry> read(Path file, Problems problems) {
        YamlFile reader = new YamlFile(file, problems);
        try (YAMLParser parser = new YAMLFactory().createParser(Files.newBufferedReader(file))) {
            reader.readDocument(parser);
        } catch (JsonProcessingException e) {
            int at = e.getLocation() == null ? reader.line : e.getLocation().getLineNr();
            String what = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
            problems.add(file + ", line " + at + ": no valid YAML: " + what);
        } catch (NoSuchFileException e) {
            problems.add(file + ": cannot be read: no such file");
        } catch (IOException e) {
            problems.add(file + ": cannot be read: " + e.getClass().getSimpleName() + " " + e.getMessage());
        }
        return reader.entries;
    }

    private void readDocument(YAMLParser parser) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == JsonToken.START_OBJECT) {
            readSection(parser, "");
        } else if (first != null && first != JsonToken.VALUE_NULL) {
            problems.add(file + ": must be a mapping of settings");
        }
    }

    private void readSection(YAMLParser parser, String prefix) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = prefix + parser.currentName();
            line = parser.currentTokenLocation().getLineNr();
            int keyLine = line;
            JsonToken token = parser.nextToken();
            if (Settings.byKey(key) != null) {
                readSetting(parser, key, keyLine);
            } else if (Settings.isSection(key) && token == JsonToken.START_OBJECT) {
                readSection(parser, key + ".");
            } else if (!Settings.isSection(key) || token != JsonToken.VALUE_NULL) {
                // A section without a value is one with all its settings commented out.
                parser.skipChildren();
                problems.add(at(keyLine) + ": " + unusable(key));
            }
        }
    }

    private void readSetting(YAMLParser parser, String key, int keyLine) throws IOException {
        RawValue value = readValue(parser);
        if (entries.containsKey(key)) {
            problems.add(at(keyLine) + ": " + key + " is given a second time");
        } else if (value != null) {
            entries.put(key, new Entry(value, keyLine));
        }
    }

    private static String unusable(String key) {
        return Settings.isSection(key)
                ? key + " must be a mapping of settings"
                : "there is no setting " + key + "; did you mean " + Settings.nearestKey(key) + "?";
    }

    /** Null for a key without a value, which counts as not given. */
    private static @Nullable RawValue readValue(YAMLParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> null;
            case START_ARRAY -> new RawValue.Items(readItems(parser));
            case START_OBJECT -> new RawValue.Entries(readEntries(parser));
            default -> new RawValue.Text(parser.getText());
        };
    }

    private static List<String> readItems(YAMLParser parser) throws IOException {
        List<String> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(scalar(parser));
        }
        return items;
    }

    private static Map<String, String> readEntries(YAMLParser parser) throws IOException {
        Map<String, String> map = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            map.put(name, scalar(parser));
        }
        return map;
    }

    private static String scalar(YAMLParser parser) throws IOException {
        if (parser.currentToken().isStructStart()) {
            throw new JsonParseException(parser, "a list or mapping is too deep here");
        }
        return parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getText();
    }

    private String at(int number) {
        return file + ", line " + number;
    }
}
