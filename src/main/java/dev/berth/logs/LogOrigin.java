package dev.berth.logs;

/** Whose output it is. All are empty for lines of the runner's own. */
public record LogOrigin(String appId, String fnId, String containerId, String image) {
    static final LogOrigin RUNNER = new LogOrigin("", "", "", "");

    /** How syslog servers are told whose lines they get: one field of a message's head. */
    public String tag() {
        return SyslogFormat.printable("app_id=" + appId + ",fn_id=" + fnId);
    }
}
