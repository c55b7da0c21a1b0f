using SmartCourtyard.Courtyards;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SmartCourtyard.Simulator;

/// <summary>What the simulator needs to know of a device in the site file.</summary>
internal sealed record SimulatedDevice(string Id, DeviceClass Class, string FriendlyName)
{
    /// <summary>
    /// The devices of a site file that stand behind Zigbee2MQTT. The gateway's <c>check</c> judges the file; here what cannot be
    /// read is only named.
    /// </summary>
    public static IReadOnlyList<SimulatedDevice> ReadSite(string path, out string? error)
    {
        error = null;
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(File.ReadAllText(path)));
            var devices = yaml.Documents.Count == 0 ? null : Child(yaml.Documents[0].RootNode, "devices") as YamlSequenceNode;
            List<SimulatedDevice> read = [.. (devices?.Children ?? []).Select(Read).OfType<SimulatedDevice>()];
            error = read.Count > 0 ? null : $"{path}: names no device with a source of zigbee2mqtt that could be simulated";
            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlException)
        {
            error = $"{path}: {e.Message}";
            return [];
        }
    }

    private static SimulatedDevice? Read(YamlNode node) =>
        Text(node, "id") is { } id && Text(node, "class") is { } name && DeviceClasses.TryParse(name, out var deviceClass)
            && Child(node, "source") is { } source && Text(source, "zigbee2mqtt") is { } friendlyName
            ? new SimulatedDevice(id, deviceClass, friendlyName) : null;

    private static string? Text(YamlNode node, string key) => (Child(node, key) as YamlScalarNode)?.Value;

    private static YamlNode? Child(YamlNode node, string key) =>
        node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;
}
