package dev.berth.engine.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds functions by image name: {@code <catalogue>/<name>/func.yaml} with a {@code cmd}. The name is the
 * image's repository path without registry, tag and digest, or else its last part: {@code berth/echo:1} is
 * looked for as {@code berth/echo}, then as {@code echo}. Reads files: not for event loops.
 */
final class FunctionCatalogue {
    private static final Pattern NAME_PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final YAMLMapper YAML = new YAMLMapper();

    private final Path folder;

    FunctionCatalogue(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /**
     * @param folder working directory of the function
     * @param command program and arguments
     */
    record Function(Path folder, List<String> command) {}

    Path folder() {
        return folder;
    }

    /** Fails with PULL_FAILED, as a container engine does for an image that is not to be had. */
    Function find(String image) {
        List<String> parts = nameParts(image);
        Path whole = folder;
        for (String part : parts) {
            whole = whole.resolve(part);
        }
        Path last = folder.resolve(parts.get(parts.size() - 1));
        for (Path candidate : List.of(whole, last)) {
            Path definition = candidate.resolve("func.yaml");
            if (Files.isRegularFile(definition)) {
                return read(image, candidate, definition);
            }
        }
        throw unavailable(image, 404, "no such function in the catalogue", " " + folder);
    }

    private static List<String> nameParts(String image) {
        String name = image;
        int digest = name.indexOf('@');
        if (digest >= 0) {
            name = name.substring(0, digest);
        }
        int tag = name.lastIndexOf(':');
        if (tag > name.lastIndexOf('/')) {
            name = name.substring(0, tag);
        }
        List<String> parts = new ArrayList<>(List.of(name.split("/", -1)));
        if (parts.size() > 1 && isRegistry(parts.get(0))) {
            parts.remove(0);
        }
        for (String part : parts) {
            // Also keeps "..", which would lead out of the catalogue, from being a name.
            if (!NAME_PART.matcher(part).matches()) {
                throw unavailable(image, 400, "invalid reference format", "");
            }
        }
        return parts;
    }

    private static boolean isRegistry(String part) {
        return !part.startsWith(".") && (part.contains(".") || part.contains(":") || part.equals("localhost"));
    }

    private static Function read(String image, Path home, Path definition) {
        JsonNode command;
        try {
            command = YAML.readTree(definition.toFile()).path("cmd");
        } catch (IOException unreadable) {
            if (Descriptors.exhausted(unreadable)) {
                throw Descriptors.none("to read the catalogue");
            }
            throw unavailable(
                    image, 502, "its definition cannot be read", ": " + definition + ": " + unreadable.getMessage());
        }
        List<String> words = new ArrayList<>();
        if (command.isArray()) {
            command.forEach(word -> words.add(word.asText()));
        } else if (!command.asText("").isBlank()) {
            words.addAll(List.of(command.asText().trim().split("\\s+")));
        }
        if (words.isEmpty()) {
            throw unavailable(image, 502, "its definition has no cmd", ": " + definition);
        }
        return new Function(home, words);
    }

    /** @param where for the log alone */
    private static RunnerException unavailable(String image, int status, String why, String where) {
        String told = "Failed to pull image '" + image + "': " + why;
        return ErrorCode.PULL_FAILED.hiding(told, told + where, status);
    }
}
