package dev.berth.engine.docker;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An image's name, taken apart.
 *
 * @param text as it was given; what the engine is asked for
 * @param registry host, with its port if it has one; null: the engine's default registry
 * @param repository path within the registry, {@code library/} added to one-part names of the default registry
 * @param tag tag or digest
 */
record ImageReference(String text, @Nullable String registry, String repository, String tag) {
    private static final String DEFAULT_TAG = "latest";
    private static final String DEFAULT_FOLDER = "library/";
    /** Whatever else a path or query could be made to mean is kept out; the engine checks the rest. */
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@/+-]*", Pattern.DOTALL);

    private static final Pattern EMPTY_OR_DOT_PART = Pattern.compile("(^|/)(|\\.|\\.\\.)(/|$)");

    /** Fails with PULL_FAILED if no engine could have an image of this name. */
    static ImageReference parse(String image) {
        if (!SAFE.matcher(image).matches() || EMPTY_OR_DOT_PART.matcher(image).find()) {
            throw ImagePuller.failed(image, "invalid reference format", 400);
        }
        int at = image.indexOf('@');
        String name = at < 0 ? image : image.substring(0, at);
        String tag = at < 0 ? DEFAULT_TAG : image.substring(at + 1);
        int colon = name.lastIndexOf(':');
        if (colon > 0 && name.indexOf('/', colon) < 0) {
            tag = at < 0 ? name.substring(colon + 1) : tag;
            name = name.substring(0, colon);
        }
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        if (isRegistry(first)) {
            return new ImageReference(image, first, name.substring(slash + 1), tag);
        }
        return new ImageReference(image, null, folder(name), tag);
    }

    private static boolean isRegistry(String first) {
        return first.indexOf('.') >= 0 || first.indexOf(':') >= 0 || first.equals("localhost");
    }

    private static String folder(String repository) {
        return repository.indexOf('/') >= 0 ? repository : DEFAULT_FOLDER + repository;
    }

    /** Where to pull it from, without its tag. */
    String source() {
        return registry == null ? repository : registry + "/" + repository;
    }

    /** As engines list it: with the tag, whether or not it was given. */
    String nameWithTag() {
        return text.endsWith(":" + tag) ? text : text + ":" + tag;
    }
}
