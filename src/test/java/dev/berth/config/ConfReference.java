package dev.berth.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the table of settings as the commented YAML file and as the configuration page. */
final class ConfReference {
    private static final int WIDTH = 100;
    private static final Environment NONE = Environment.of(Map.of());
    private static final String YAML_HEAD = """
            # The settings of Berth, all of them, each with its default. To change one, take the # away in front of it
            # (and of nothing else: comments have a blank after their #) and give it your value.
            #
            # Environment variables win over this file: first Fn's own (FN_…, and Docker's), then BERTH_…; options of
            # the command line win over all. A wrong value, an unknown setting here and an unknown BERTH_… variable
            # stop the start, with one line for each.
            #
            # This file is generated: change the table in src/main/java/dev/berth/config instead.
            """;
    private static final String PAGE_HEAD = """
            # Configuration

            Settings are read once, at the start. Each place wins over the ones before it:

            1. the default;
            2. the file given by `--config`; without it `conf/berth.yaml` in the working folder, or else `/etc/berth/berth.yaml`;
            3. Fn's environment variables, and the Docker client's, so that an Fn operator's environment works as it is;
            4. variables that begin with `BERTH_`;
            5. options of `berth run`: `--port`, `--engine`, and `--set NAME=VALUE` for any setting.

            Every value is checked, also one that another place overrides. The start stops with exit code 2 and one line
            per problem, which names the setting, the value, where it was found and what is allowed. A setting in the
            file or a `BERTH_` variable that does not exist is such a problem, and the line names the nearest one that
            does.

            | Kind | Written as |
            |---|---|
            | size | bytes, or with a unit: `64KiB`, `8MiB`, `1.5GiB` |
            | duration | with its units: `30s`, `50ms`, `2m5s`; `never` where the table allows it |
            | list | a YAML list; in a variable separated by commas or white space |
            | map | a YAML mapping; in a variable `name=value,name=value` |
            | text, path, file, secret | an empty text means none where the default is none; the log never shows secrets |

            Fn's variables are read by Fn's rules: true is `1`, `t`, `true` and the like; times are milliseconds, where a
            negative number means never; sizes are bytes; and `FN_GRPC_PORT`, `FN_PORT`, `FN_LOG_…`, `FN_NODE_CERT…` and
            `FN_ZIPKIN_URL` may be given as the name of a file that holds the value, in the same variable with `_FILE` at
            its end.

            This page is generated: change the table in `src/main/java/dev/berth/config` instead.
            """;
    private static final String TLS_NOTE = """
            `FN_NODE_CERT`, `FN_NODE_CERT_KEY` and `FN_NODE_CERT_AUTHORITY` count only together: all three make the port
            mutual TLS. With fewer the port stays cleartext, and a warning says so. The settings themselves allow a
            certificate and key without a client authority.
            """;

    private ConfReference() {}

    static String yaml() {
        StringBuilder out = new StringBuilder(YAML_HEAD);
        List<String> open = List.of();
        for (Setting<?> setting : Settings.ALL) {
            List<String> path = List.of(setting.key().split("\\."));
            List<String> sections = path.subList(0, path.size() - 1);
            openSections(out, open, sections);
            open = sections;
            yaml(out, setting, "  ".repeat(sections.size()), path.get(path.size() - 1));
        }
        return out.toString();
    }

    static String page() {
        StringBuilder out = new StringBuilder(PAGE_HEAD);
        String section = "";
        for (Setting<?> setting : Settings.ALL) {
            String own = setting.key().substring(0, setting.key().indexOf('.'));
            if (!own.equals(section)) {
                section = own;
                out.append("\n## ")
                        .append(section)
                        .append("\n\n| Setting | Default | Variables | Meaning |\n|---|---|---|---|\n");
            }
            row(out, setting);
        }
        out.append("\n## Fn's variables that need a word\n\n").append(TLS_NOTE);
        out.append("""

                `FN_NODE_TYPE` may be `pure-runner`; for anything else a warning is logged. These are known and have no
                effect; when they are set, one line of the log says so:

                | Variable | Why |
                |---|---|
                """);
        FnEnvironment.WITHOUT_EFFECT.forEach((name, why) -> out.append("| `" + name + "` | " + why + " |\n"));
        return out.toString();
    }

    private static void openSections(StringBuilder out, List<String> open, List<String> wanted) {
        int same = 0;
        while (same < Math.min(open.size(), wanted.size()) && open.get(same).equals(wanted.get(same))) {
            same++;
        }
        for (int depth = same; depth < wanted.size(); depth++) {
            out.append('\n')
                    .append("  ".repeat(depth))
                    .append(wanted.get(depth))
                    .append(":\n");
        }
    }

    private static <T> void yaml(StringBuilder out, Setting<T> setting, String indent, String name) {
        out.append('\n');
        wrap(out, indent, setting.doc());
        wrap(out, indent, "Allowed: " + setting.type().allowed() + "." + defaultNote(setting));
        wrap(out, indent, "Variables: " + String.join(", ", variables(setting)) + ".");
        String value = setting.defaultText() == null ? yamlValue(setting) : "";
        out.append(indent).append('#').append(name).append(':');
        out.append(value.isEmpty() ? "" : " " + value).append('\n');
    }

    private static <T> void row(StringBuilder out, Setting<T> setting) {
        List<String> names = new ArrayList<>();
        names.add('`' + setting.variable() + '`');
        for (FnVariable<T> alias : setting.aliases()) {
            names.add('`' + alias.name() + '`' + (alias.note().isEmpty() ? "" : " (" + alias.note() + ")"));
        }
        String value = setting.defaultText() != null ? setting.defaultText() : codeOrNone(defaultOf(setting));
        out.append("| `" + setting.key() + "` | " + value + " | " + String.join(", ", names) + " | " + setting.doc()
                        + " " + "Allowed: " + setting.type().allowed() + ". |")
                .append('\n');
    }

    private static String codeOrNone(String text) {
        return text.isEmpty() ? "none" : '`' + text + '`';
    }

    private static <T> List<String> variables(Setting<T> setting) {
        List<String> names = new ArrayList<>();
        names.add(setting.variable());
        setting.aliases().forEach(alias -> names.add(alias.name()));
        return names;
    }

    private static String defaultNote(Setting<?> setting) {
        return setting.defaultText() == null ? "" : " Default: " + setting.defaultText() + ".";
    }

    private static <T> String defaultOf(Setting<T> setting) {
        return setting.type().printer().apply(setting.defaultValue(NONE));
    }

    private static <T> String yamlValue(Setting<T> setting) {
        String text = defaultOf(setting);
        return switch (setting.type().name()) {
            case "list" -> "[" + text + "]";
            case "map" -> "{" + text + "}";
            case "text" -> text.isEmpty() && setting.defaultValue(NONE) == null ? "" : '"' + text + '"';
            default -> text;
        };
    }

    private static void wrap(StringBuilder out, String indent, String text) {
        StringBuilder line = new StringBuilder(indent).append('#');
        for (String word : text.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH) {
                out.append(line).append('\n');
                line = new StringBuilder(indent).append('#');
            }
            line.append(' ').append(word);
        }
        out.append(line).append('\n');
    }

    /** The YAML file with every setting taken into use. */
    static String uncommented(String yaml) {
        return yaml.lines()
                .map(line -> line.replaceFirst("^(\\s*)#(\\w+:)", "$1$2"))
                .collect(Collectors.joining("\n"));
    }
}
