using SmartCourtyard.Courtyards;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>
/// Reads how an actuator on any topic is told what to do, and where it says what it does. That it never says it must stand in the
/// file: nobody is to believe by mistake that a siren sounds.
/// </summary>
internal static class MqttCommandReader
{
    public static readonly string[] Keys = ["command", "state", "confirmation"];

    private const int MaxTopicLength = 255;
    private const int MaxPayload = 1_000;
    private const string CommandAllowed = "a mapping such as { topic: yard/siren/set, on: ON, off: OFF }";
    private const string StateAllowed = JsonPath.Allowed + "; or a mapping with path, on, off";

    /// <param name="fields">The keys of the whole source.</param>
    /// <param name="deviceClass">What the device is for; null where that is a mistake of its own.</param>
    public static MqttCommand? Read(SiteFields fields, DeviceClass? deviceClass, SiteMistakes mistakes)
    {
        if (deviceClass is { } heard && !GpioSource.IsOutput(heard))
        {
            foreach (YamlNode node in Keys.Select(fields.Node).OfType<YamlNode>())
            {
                mistakes.Add(node, $"a {heard.Name()} is heard, and cannot be told anything", "topic, points");
            }
            return null;
        }
        if (fields.Node("command") is not { } written)
        {
            if (deviceClass is { } told)
            {
                mistakes.Add(fields.Map, $"a {told.Name()} on mqtt has no 'command'", CommandAllowed);
            }
            return null;
        }
        MqttCommand? command = SiteFields.Open(written, mistakes, "command", "topic", "on", "off", "qos", "retain") is { } keys ? Command(keys, fields, mistakes) : null;
        return Confirmed(fields, mistakes) ? WithState(command, fields, mistakes) : command;
    }

    private static MqttCommand? Command(SiteFields keys, SiteFields source, SiteMistakes mistakes)
    {
        string? topic = keys.Text("topic", MaxTopicLength, required: true);
        if (topic is not null && !MqttTopicSource.IsTopic(topic))
        {
            mistakes.Add(keys.Node("topic")!, $"'topic' is '{topic}'", MqttTopicSource.TopicAllowed);
        }
        else if (topic is not null && source.Node("topic") is YamlScalar { Text: var own } && own == topic)
        {
            mistakes.Add(keys.Node("topic")!, "it is told on the topic on which it speaks", "another topic: the gateway would take its own order for the answer");
        }
        string? on = keys.Text("on", MaxPayload, required: true), off = keys.Text("off", MaxPayload, required: true);
        if (on is not null && on == off)
        {
            mistakes.Add(keys.Node("off")!, $"'on' and 'off' are both '{on}'", "two different payloads");
        }
        bool once = keys.WholeNumber("qos", 0, 1) != 0;
        keys.OneOf("retain", "true", "false");
        bool retain = keys.Node("retain") is YamlScalar { Text: "true" };
        return topic is null || on is null || off is null ? null : new MqttCommand(topic, on, off, once, retain);
    }

    private static bool Confirmed(SiteFields fields, SiteMistakes mistakes)
    {
        YamlNode? state = fields.Node("state"), confirmation = fields.Node("confirmation");
        fields.OneOf("confirmation", "none");
        if (state is null == confirmation is null)
        {
            mistakes.Add(
                fields.Map, $"mqtt has {(state is null ? "neither 'state' nor 'confirmation'" : "both 'state' and 'confirmation'")}",
                "'state' where it says what it does, or 'confirmation: none' where it never does");
        }
        if (state is not null && fields.Node("topic") is null)
        {
            mistakes.Add(state, "'state' stands without 'topic'", "'topic' beside it: where the device speaks");
        }
        return state is not null;
    }

    private static MqttCommand? WithState(MqttCommand? command, SiteFields fields, SiteMistakes mistakes)
    {
        YamlNode node = fields.Node("state")!;
        SiteFields? keys = node is YamlMap ? SiteFields.Open(node, mistakes, "state", "path", "on", "off") : null;
        YamlNode? where = keys is null ? node : keys.RequiredNode("path", JsonPath.Allowed);
        JsonPath? path = where is YamlScalar { IsNothing: false } scalar ? JsonPath.TryParse(scalar.Text) : null;
        if (where is not null && path is null)
        {
            mistakes.Add(where, $"'state' is {where.Kind}", StateAllowed);
        }
        if (command is null || path is null)
        {
            return command;
        }
        IReadOnlyList<string>? on = Words(keys, "on", command.On, node, mistakes), off = Words(keys, "off", command.Off, node, mistakes);
        if (on is null || off is null)
        {
            return command;
        }
        if (on.Intersect(off, StringComparer.Ordinal).FirstOrDefault() is { } both)
        {
            mistakes.Add(node, $"'{both}' means both on and off", "different words");
        }
        return command with { State = new MqttState(path, on, off) };
    }

    // What it is told is what it says, unless that is a whole document.
    private static IReadOnlyList<string>? Words(SiteFields? keys, string key, string told, YamlNode state, SiteMistakes mistakes)
    {
        if (keys?.Node(key) is { } node)
        {
            YamlNode[] items = node is YamlList list ? [.. list.Items] : [node];
            if (items.Length > 0 && items.All(i => i is YamlScalar { IsNothing: false }))
            {
                return [.. items.Cast<YamlScalar>().Select(i => i.Text)];
            }
            mistakes.Add(node, $"'{key}' is {node.Kind}", "a value of the messages, or a list of them");
            return null;
        }
        if (told[0] is not ('{' or '['))
        {
            return [told];
        }
        mistakes.Add(state, $"what it is told is a document, so 'state' has to say what means '{key}'", "a mapping with path, on, off");
        return null;
    }
}
