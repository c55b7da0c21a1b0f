using System.Globalization;
using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>Where a device says whether it can be reached.</summary>
internal sealed record AnnouncedAvailability(string Topic, string? Template, string Online, string Offline);

/// <summary>One entity as a discovery message describes it, abbreviations written out.</summary>
internal sealed record AnnouncedEntity(string Component, string ObjectId, string? UniqueId, IReadOnlyList<string> DeviceIds)
{
    public string? Name { get; init; }

    /// <summary>Who wrote the announcement, for example Zigbee2MQTT.</summary>
    public string? Origin { get; init; }

    public string? StateTopic { get; init; }

    public string? Template { get; init; }

    public string? DeviceClass { get; init; }

    /// <summary>Null also where it is blank.</summary>
    public string? Unit { get; init; }

    /// <summary>Settings and diagnostics: not what the thing is for.</summary>
    public string? Category { get; init; }

    public string PayloadOn { get; init; } = "ON";

    public string PayloadOff { get; init; } = "OFF";

    public IReadOnlyList<AnnouncedAvailability> Availability { get; init; } = [];

    /// <summary>all, any or latest.</summary>
    public string AvailabilityMode { get; init; } = "latest";

    /// <summary>After so long without a message the value is no longer known; null: never.</summary>
    public TimeSpan? ExpireAfter { get; init; }

    /// <summary>So long after "on" it counts as off by itself; null: it says so.</summary>
    public TimeSpan? OffDelay { get; init; }

    /// <summary>Of a device trigger: the payload that means it, and its type and subtype.</summary>
    public (string Payload, string Type, string Subtype)? Trigger { get; init; }

    /// <summary>What the technician would name it by.</summary>
    public string Id => DeviceIds.Count > 0 ? DeviceIds[0] : UniqueId ?? ObjectId;
}

/// <summary>Reads discovery messages: one component, or a device with all its components.</summary>
internal static class Announcement
{
    private const int MostEntities = 200;
    private const int MostAvailabilities = 8;

    /// <param name="component">From the topic; "device" for a bundle.</param>
    /// <param name="objectId">From the topic.</param>
    /// <param name="problem">What is wrong with the message; null where nothing is.</param>
    public static List<AnnouncedEntity> Read(string component, string objectId, ReadOnlySpan<byte> payload, out string? problem)
    {
        var entities = new List<AnnouncedEntity>();
        problem = null;
        using JsonPayload message = JsonPayload.Of(payload);
        if (message.Root.ValueKind != JsonValueKind.Object)
        {
            problem = "the discovery message is not a JSON object";
            return entities;
        }
        try
        {
            if (component != "device")
            {
                entities.Add(new Reading(message.Root, message.Root).Entity(component, objectId));
                return entities;
            }
            JsonElement parts = Member(message.Root, "components", "cmps");
            if (parts.ValueKind != JsonValueKind.Object)
            {
                problem = "a device's discovery message has no components (cmps)";
                return entities;
            }
            foreach (JsonProperty part in parts.EnumerateObject().Take(MostEntities).Where(p => p.Value.ValueKind == JsonValueKind.Object))
            {
                var reading = new Reading(part.Value, message.Root);
                if (reading.Text("platform", "p") is { } platform)
                {
                    entities.Add(reading.Entity(platform, part.Name));
                }
                else
                {
                    problem ??= $"the component {part.Name} has no platform (p)";
                }
            }
        }
        catch (InvalidOperationException)
        {
            problem = "a text in the discovery message is not Unicode";
        }
        return entities;
    }

    private static JsonElement Member(JsonElement of, string name, string shorter) =>
        of.ValueKind != JsonValueKind.Object ? default
        : of.TryGetProperty(name, out JsonElement value) || of.TryGetProperty(shorter, out value) ? value : default;

    // One component; what it does not say itself is looked up in the device's message around it.
    private readonly struct Reading(JsonElement own, JsonElement around)
    {
        public AnnouncedEntity Entity(string component, string objectId)
        {
            JsonElement device = Find("device", "dev");
            return new AnnouncedEntity(component, objectId, Text("unique_id", "uniq_id"), Ids(device))
            {
                Name = Text("name", "name") ?? Written(Member(device, "name", "name")),
                Origin = Written(Member(Find("origin", "o"), "name", "name")),
                StateTopic = Topic(Text("state_topic", "stat_t") ?? Text("topic", "t")),
                Template = Text("value_template", "val_tpl"),
                DeviceClass = Text("device_class", "dev_cla"),
                Unit = Text("unit_of_measurement", "unit_of_meas") is { } unit && !string.IsNullOrWhiteSpace(unit) ? unit : null,
                Category = Text("entity_category", "ent_cat"),
                PayloadOn = Text("payload_on", "pl_on") ?? "ON",
                PayloadOff = Text("payload_off", "pl_off") ?? "OFF",
                Availability = Availabilities(),
                AvailabilityMode = Text("availability_mode", "avty_mode") ?? "latest",
                ExpireAfter = Seconds("expire_after", "exp_aft"),
                OffDelay = Seconds("off_delay", "off_dly"),
                Trigger = component == "device_automation"
                    ? (Text("payload", "pl") ?? "", Text("type", "type") ?? "", Text("subtype", "stype") ?? "")
                    : null,
            };
        }

        public string? Text(string name, string shorter) => Written(Find(name, shorter));

        private JsonElement Find(string name, string shorter) =>
            Member(own, name, shorter) is { ValueKind: not JsonValueKind.Undefined } value ? value : Member(around, name, shorter);

        // ~ stands for the base topic, at the beginning or at the end.
        private string? Topic(string? topic)
        {
            if (topic is not null && Text("~", "~") is { } whole)
            {
                topic = topic.StartsWith('~') ? whole + topic[1..] : topic;
                topic = topic.EndsWith('~') ? topic[..^1] + whole : topic;
            }
            return TopicFilters.IsFilter(topic) && !topic.AsSpan().ContainsAny('+', '#') ? topic : null;
        }

        private TimeSpan? Seconds(string name, string shorter) =>
            Find(name, shorter) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out double seconds) && seconds is > 0 and < 1e7
                ? TimeSpan.FromSeconds(seconds)
                : null;

        private List<AnnouncedAvailability> Availabilities()
        {
            (string online, string offline) = (Text("payload_available", "pl_avail") ?? "online", Text("payload_not_available", "pl_not_avail") ?? "offline");
            var all = new List<AnnouncedAvailability>();
            if (Topic(Text("availability_topic", "avty_t")) is { } topic)
            {
                all.Add(new AnnouncedAvailability(topic, Text("availability_template", "avty_tpl"), online, offline));
            }
            if (Find("availability", "avty") is { ValueKind: JsonValueKind.Array } list)
            {
                foreach (JsonElement one in list.EnumerateArray().Take(MostAvailabilities))
                {
                    if (Topic(Written(Member(one, "topic", "t"))) is { } listed)
                    {
                        all.Add(new AnnouncedAvailability(
                            listed, Written(Member(one, "value_template", "val_tpl")),
                            Written(Member(one, "payload_available", "pl_avail")) ?? online, Written(Member(one, "payload_not_available", "pl_not_avail")) ?? offline));
                    }
                }
            }
            return all;
        }

        // One text or a list of them; a connection ("mac", "02:…") identifies a device as well.
        private static List<string> Ids(JsonElement device)
        {
            var ids = new List<string>();
            JsonElement named = Member(device, "identifiers", "ids"), connections = Member(device, "connections", "cns");
            foreach (JsonElement id in named.ValueKind == JsonValueKind.Array ? named.EnumerateArray().AsEnumerable() : [named])
            {
                Add(ids, Written(id));
            }
            foreach (JsonElement connection in connections.ValueKind == JsonValueKind.Array ? connections.EnumerateArray().AsEnumerable() : [])
            {
                Add(ids, connection.ValueKind == JsonValueKind.Array && connection.GetArrayLength() == 2 ? Written(connection[1]) : null);
            }
            return ids;
        }

        private static void Add(List<string> ids, string? id)
        {
            if (!string.IsNullOrEmpty(id) && ids.Count < MostAvailabilities)
            {
                ids.Add(id);
            }
        }
    }

    // As Home Assistant compares it with a rendered template: a JSON true is the text True there.
    private static string? Written(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Number => value.TryGetDouble(out double number) && !double.IsFinite(number) ? null : value.GetRawText().ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}
