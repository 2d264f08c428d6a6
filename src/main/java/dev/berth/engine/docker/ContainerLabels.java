package dev.berth.engine.docker;

import dev.berth.engine.Instances;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The labels our containers carry, by which they are found again. */
final class ContainerLabels {
    static final String INSTANCE = "dev.berth.instance";
    static final String OWNER = "dev.berth.owner";
    /** The two labels Fn's own runner uses; set only if the operator gave a tag for the first. */
    static final String CLASSIFIER = "fn-agent-classifier";

    static final String AGENT = "fn-agent-instance";

    /** What the container is for: {@link #FUNCTION} or {@link #PLACE}. */
    static final String ROLE = "dev.berth.role";

    static final String FUNCTION = "function";
    /** Its network is for a function to join. */
    static final String PLACE = "place";

    private ContainerLabels() {}

    static Map<String, String> of(Instances instances, String role, @Nullable String labelTag) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(INSTANCE, instances.instanceId());
        labels.put(OWNER, instances.owner());
        labels.put(ROLE, role);
        if (labelTag != null) {
            labels.put(CLASSIFIER, labelTag);
            labels.put(AGENT, instances.instanceId());
        }
        return labels;
    }
}
