using System.Globalization;
using System.Text.Json.Nodes;

namespace SmartCourtyard.DutyRoom.Tests.Running;

/// <summary>Events as a gateway sends them.</summary>
internal static class Events
{
    public static string NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    /// <summary>Of the alarm "a"; every other alarm has one of its own.</summary>
    public const string Device = "b03-u1-301-smoke";

    public static JsonObject Alarm(
        long sequence, string alarm, string what = "raised", DateTimeOffset? time = null, int? occurrences = null, string clock = "synchronised",
        DateTimeOffset? raisedAt = null, string kind = "smoke", string severity = "life", bool test = false, bool confirmed = false, bool spread = false, bool drill = false,
        string? device = null)
    {
        var data = new JsonObject
        {
            ["alarmId"] = alarm, ["kind"] = kind, ["severity"] = severity, ["device"] = device ?? (alarm == "a" ? Device : $"{Device}-{alarm}"),
            ["at"] = new JsonObject { ["building"] = "b03", ["unit"] = 1, ["floor"] = 3, ["flat"] = "301", ["place"] = "厨房" },
            ["cause"] = new JsonObject { ["quantity"] = "smoke", ["value"] = true },
            ["raisedAt"] = Text(raisedAt ?? time ?? TestClock.Start), ["clock"] = clock, ["test"] = test,
        };
        foreach (var (name, _) in new[] { (nameof(confirmed), confirmed), (nameof(spread), spread), (nameof(drill), drill) }.Where(f => f.Item2))
        {
            data[name] = true;
        }

        if (occurrences is { } count)
        {
            data["occurrences"] = count;
        }

        return Event(sequence, $"smartcourtyard.alarm.{what}.v1", data, time);
    }

    /// <summary>What people said at the gateway begins or ends.</summary>
    public static JsonObject Service(long sequence, string id, string reason, bool raised = true, string? device = null, int? unit = null)
    {
        var data = new JsonObject
        {
            ["troubleId"] = id, ["reason"] = reason, ["raisedAt"] = Text(TestClock.Start), ["clock"] = "synchronised", ["detail"] = "why · 王芳 · soon",
            ["service"] = new JsonObject { ["reason"] = "why", ["by"] = "王芳", ["until"] = Text(TestClock.Start.AddHours(1)) },
        };
        if (device is not null)
        {
            data["device"] = device;
        }

        if (unit is not null)
        {
            data["at"] = new JsonObject { ["building"] = "b03", ["unit"] = unit };
        }

        return Event(sequence, $"smartcourtyard.trouble.{(raised ? "raised" : "cleared")}.v1", data);
    }

    public static JsonObject Event(long sequence, string type, JsonObject data, DateTimeOffset? time = null) => new()
    {
        ["specversion"] = "1.0", ["id"] = NewId(), ["source"] = "/gateways/" + RunningDutyRoom.Gateway, ["type"] = type,
        ["time"] = Text(time ?? TestClock.Start), ["sequence"] = sequence.ToString(CultureInfo.InvariantCulture),
        ["datacontenttype"] = "application/json", ["data"] = data,
    };

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
