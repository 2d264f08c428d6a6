import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Renders the chart with Helm's own engine and reads what comes out as Kubernetes would: into the classes of its
 * objects, where an unknown field is a fault. Arguments: the chart, and a folder for the settings of each case.
 */
final class ChartCheck {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final ObjectMapper STRICT = new ObjectMapper()
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                /** The classes would keep unknown fields for later. */
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            })
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "v1/ConfigMap", ConfigMap.class,
            "v1/Service", Service.class,
            "apps/v1/StatefulSet", StatefulSet.class,
            "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
            "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
            "monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class);

    private static final String ALL =
            """
            replicas: 3
            tls: {secret: berth-tls, clientAuthority: true}
            cluster: {tlsSecret: berth-nodes, leastMembers: 2}
            http: {tokenSecret: berth-tokens}
            serviceMonitor: {enabled: true, labels: {release: prometheus}}
            image: {repository: registry.example/berth, tag: "7", pullSecrets: [{name: registry}]}
            networkPolicy:
              balancers: [{namespaceSelector: {matchLabels: {name: fn}}}]
            nodeSelector: {functions: "yes"}
            tolerations: [{key: functions, operator: Exists}]
            podAnnotations: {one: two}
            settings: {registry: {maxWaiters: 5}, worker: {freezeIdle: 1s}}
            """;

    private final Path chart;
    private final Path work;
    private final List<String> faults = new ArrayList<>();

    private ChartCheck(Path chart, Path work) {
        this.chart = chart;
        this.work = work;
    }

    public static void main(String[] arguments) throws IOException {
        ChartCheck check = new ChartCheck(Path.of(arguments[0]), Path.of(arguments[1]));
        check.run();
        check.faults.forEach(System.err::println);
        System.exit(check.faults.isEmpty() ? 0 : 1);
    }

    private void run() throws IOException {
        LintResult lint = new Helm(chart).lint().strict().call();
        expect(!lint.isFailed(), "lint: " + lint.getMessages());

        Map<String, HasMetadata> plain = render("plain", "{}");
        expectKinds(plain, "ConfigMap/one-berth", "Service/one-berth", "Service/one-berth-nodes", "StatefulSet/one-berth",
                "NetworkPolicy/one-berth");
        render("tls", "tls: {secret: berth-tls}");
        render("cluster", "replicas: 2\ncluster: {tlsSecret: berth-nodes}\ntls: {secret: berth-tls, clientAuthority: true}");
        render("open", "networkPolicy: {enabled: false}\nengine: {freezer: false}\npodDisruptionBudget: {enabled: false}");
        Map<String, HasMetadata> all = render("all", ALL);
        expectKinds(all, "ConfigMap/one-berth", "Service/one-berth", "Service/one-berth-nodes", "StatefulSet/one-berth",
                "NetworkPolicy/one-berth", "PodDisruptionBudget/one-berth", "ServiceMonitor/one-berth");
        StatefulSet nodes = (StatefulSet) all.get("StatefulSet/one-berth");
        expect(nodes.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds() == 310,
                "a pod is killed before its calls are cut off");

        expectRefusal("cluster.tlsSecret is needed", "replicas: 2");
        expectRefusal("serviceMonitor needs http.tokenSecret", "serviceMonitor: {enabled: true}");
        expectRefusal("replica", "replica: 2");
        expectRefusal("heap", "heap: much");
    }

    private Map<String, HasMetadata> render(String name, String values) throws IOException {
        String text = template(values);
        Map<String, HasMetadata> objects = new TreeMap<>();
        try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                if (document.isObject()) {
                    read(name, document, objects);
                }
            }
        }
        checkReferences(name, objects);
        ConfigMap settings = (ConfigMap) objects.get("ConfigMap/one-berth");
        Files.writeString(work.resolve(name + ".yaml"), settings.getData().get("berth.yaml"));
        return objects;
    }

    private String template(String values) throws IOException {
        Path file = Files.writeString(work.resolve("values"), values);
        try {
            return new Helm(chart).template().withKubeVersion("v1.31.0").withName("one").withNamespace("functions").withValuesFile(file).call();
        } finally {
            Files.delete(file);
        }
    }

    private void read(String name, JsonNode document, Map<String, HasMetadata> objects) {
        String kind = document.path("apiVersion").asText() + "/" + document.path("kind").asText();
        if (!KINDS.containsKey(kind)) {
            faults.add(name + ": a " + kind + " is not expected");
            return;
        }
        try {
            HasMetadata object = STRICT.treeToValue(document, KINDS.get(kind));
            objects.put(object.getKind() + "/" + object.getMetadata().getName(), object);
        } catch (IOException e) {
            faults.add(name + ": " + kind + ": " + e.getMessage());
        }
    }

    /** What the parts call each other by: labels, ports, volumes. */
    private void checkReferences(String name, Map<String, HasMetadata> objects) {
        StatefulSet set = (StatefulSet) objects.get("StatefulSet/one-berth");
        var pod = set.getSpec().getTemplate();
        var container = pod.getSpec().getContainers().get(0);
        Set<String> ports = new HashSet<>();
        container.getPorts().forEach(port -> ports.add(port.getName()));
        Set<String> volumes = new HashSet<>();
        pod.getSpec().getVolumes().forEach(volume -> volumes.add(volume.getName()));
        Set<String> mounts = new HashSet<>();
        container.getVolumeMounts().forEach(mount -> mounts.add(mount.getName()));
        expect(volumes.equals(mounts), name + ": volumes are " + volumes + ", mounted are " + mounts);
        expect(objects.containsKey("Service/" + set.getSpec().getServiceName()), name + ": no service of the set");
        Map<String, String> labels = pod.getMetadata().getLabels();
        expect(labels.entrySet().containsAll(set.getSpec().getSelector().getMatchLabels().entrySet()),
                name + ": the set does not select its pods");
        objects.values().stream().filter(Service.class::isInstance).map(Service.class::cast).forEach(service -> {
            expect(labels.entrySet().containsAll(service.getSpec().getSelector().entrySet()),
                    name + ": a service does not select the pods");
            service.getSpec().getPorts().forEach(port ->
                    expect(ports.contains(port.getTargetPort().getStrVal()), name + ": no port " + port.getTargetPort()));
        });
        objects.values().stream().filter(NetworkPolicy.class::isInstance).map(NetworkPolicy.class::cast)
                .flatMap(policy -> policy.getSpec().getIngress().stream())
                .flatMap(rule -> rule.getPorts().stream())
                .forEach(port -> expect(ports.contains(port.getPort().getStrVal()), name + ": no port " + port));
    }

    private void expectKinds(Map<String, HasMetadata> objects, String... names) {
        expect(objects.keySet().equals(Set.of(names)), "rendered are " + objects.keySet());
    }

    private void expectRefusal(String reason, String values) throws IOException {
        try {
            template(values);
            faults.add("'" + values + "' is taken");
        } catch (RuntimeException refused) {
            expect(String.valueOf(refused.getMessage()).contains(reason), "'" + values + "': " + refused.getMessage());
        }
    }

    private void expect(boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }
}
