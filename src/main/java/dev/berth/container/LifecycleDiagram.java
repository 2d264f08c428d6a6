package dev.berth.container;

import java.util.stream.Collectors;

/** The lifecycle's picture and table for the documentation, made from the transitions themselves. */
final class LifecycleDiagram {
    private LifecycleDiagram() {}

    /** A Markdown page: a Mermaid state diagram and the rows. */
    static String markdown(TransitionTable table) {
        StringBuilder page = new StringBuilder("""
                # The life of a container

                Made from the transition table of `dev.berth.container.ContainerLifecycle`; a test fails when this
                page is stale. An event that is not listed for a state is a bug: it is logged as an error and the
                container is removed.

                ```mermaid
                stateDiagram-v2
                    [*] --> NEW
                """);
        for (Row row : table.rows()) {
            page.append("    %s --> %s: %s%n".formatted(row.from(), row.to(), row.on()));
        }
        page.append("    GONE --> [*]\n```\n\n| State | Event | Next state | Effects |\n| --- | --- | --- | --- |\n");
        for (Row row : table.rows()) {
            String effects = row.effects().stream().map(Enum::name).collect(Collectors.joining(", "));
            page.append("| %s | %s | %s | %s |%n".formatted(row.from(), row.on(), row.to(), effects));
        }
        return page.toString();
    }
}
