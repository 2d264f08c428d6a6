package dev.berth.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What else an Fn operator's environment may hold: variables that set nothing here. */
final class FnEnvironment {
    private static final List<String> MUTUAL_TLS =
            List.of("FN_NODE_CERT", "FN_NODE_CERT_KEY", "FN_NODE_CERT_AUTHORITY");
    private static final String NOT_A_RUNNER = "belongs to Fn's API server or load balancer";
    private static final String FIXED = "the operations port has limits of its own";
    private static final String ASYNCHRONOUS = "belongs to Fn's asynchronous calls, which are no more";

    /** Variables of Fn that are known and have no effect, with the reason. */
    static final Map<String, String> WITHOUT_EFFECT = new LinkedHashMap<>();

    static {
        WITHOUT_EFFECT.put("FN_MAX_REQUEST_HEADER_SIZE", FIXED);
        WITHOUT_EFFECT.put("FN_REQUEST_BODY_READ_TIMEOUT", FIXED);
        WITHOUT_EFFECT.put("FN_REQUEST_HEADER_READ_TIMEOUT", FIXED);
        WITHOUT_EFFECT.put("FN_RESPONSE_WRITE_TIMEOUT", FIXED);
        WITHOUT_EFFECT.put("FN_HTTP_IDLE_TIMEOUT", FIXED);
        WITHOUT_EFFECT.put("FN_API_CORS_ORIGINS", "no other site may read what the operations port answers");
        WITHOUT_EFFECT.put("FN_API_CORS_HEADERS", "no other site may read what the operations port answers");
        WITHOUT_EFFECT.put("FN_DB_URL", NOT_A_RUNNER);
        WITHOUT_EFFECT.put("FN_MQ_URL", NOT_A_RUNNER);
        WITHOUT_EFFECT.put("FN_LOGSTORE_URL", NOT_A_RUNNER);
        WITHOUT_EFFECT.put("FN_RUNNER_API_URL", NOT_A_RUNNER);
        WITHOUT_EFFECT.put("FN_RUNNER_ADDRESSES", NOT_A_RUNNER);
        WITHOUT_EFFECT.put("FN_PLACER", NOT_A_RUNNER);
        WITHOUT_EFFECT.put("FN_PUBLIC_LB_URL", NOT_A_RUNNER);
        WITHOUT_EFFECT.put("FN_EXECUTION_HEADROOM", NOT_A_RUNNER);
        WITHOUT_EFFECT.put("FN_RID_HEADER", "Fn does not use it either");
        WITHOUT_EFFECT.put("FN_HOT_POLL_MSECS", "a waiting call gets its container the moment one is free");
        WITHOUT_EFFECT.put("FN_HOT_LAUNCHER_TIMEOUT_MSECS", "an empty slot queue is forgotten at once");
        WITHOUT_EFFECT.put("FN_EJECT_IDLE_MSECS", "idle containers make room the moment it is needed");
        WITHOUT_EFFECT.put("FN_DISABLE_DEBUG_USER_LOGS", "function output never goes to the runner's log");
        WITHOUT_EFFECT.put("FN_ENABLE_READONLY_ROOTFS", "it is the default; see docker.readOnlyRoot");
        WITHOUT_EFFECT.put("FN_CALL_END_TIMEOUT_MSECS", ASYNCHRONOUS);
        WITHOUT_EFFECT.put("FN_MAX_CALL_END_STACKING", ASYNCHRONOUS);
        WITHOUT_EFFECT.put("FN_ASYNC_CHEW_POLL_MSECS", ASYNCHRONOUS);
        WITHOUT_EFFECT.put("FN_JAEGER_URL", "Jaeger takes OTLP, on its port 4318: see tracing.otlpUrl");
        WITHOUT_EFFECT.put("FN_PROCESS_COLLECTOR_LIST", "other processes are not measured");
    }

    private FnEnvironment() {}

    /** Whether all three of Fn's TLS variables are set, directly or by a file. */
    static boolean hasMutualTls(Environment environment) {
        return MUTUAL_TLS.stream().allMatch(name -> isSet(environment, name));
    }

    static List<String> ignored(Environment environment) {
        return WITHOUT_EFFECT.keySet().stream().filter(environment::has).toList();
    }

    static List<String> warnings(Environment environment) {
        List<String> warnings = new ArrayList<>();
        String type = environment.get("FN_NODE_TYPE");
        if (type != null && !type.equals("pure-runner")) {
            warnings.add("FN_NODE_TYPE=" + type + ": this is a pure-runner node and nothing else");
        }
        List<String> missing =
                MUTUAL_TLS.stream().filter(name -> !isSet(environment, name)).toList();
        if (!missing.isEmpty() && missing.size() < MUTUAL_TLS.size()) {
            warnings.add(String.join(", ", MUTUAL_TLS) + " count only together, and without "
                    + String.join(" and ", missing) + " have no effect");
        }
        return warnings;
    }

    private static boolean isSet(Environment environment, String name) {
        return environment.hasText(name) || (!environment.has(name) && environment.hasText(name + "_FILE"));
    }
}
