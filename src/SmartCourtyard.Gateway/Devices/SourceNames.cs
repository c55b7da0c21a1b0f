using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>By which family and name a device of the site file would be heard if the file did not name it.</summary>
internal static class SourceNames
{
    /// <summary>Null where nobody is heard without being named.</summary>
    public static (string Family, string Name)? Of(Source source) => source switch
    {
        Zigbee2MqttSource s => ("zigbee2mqtt", s.FriendlyName),
        HomeAssistantSource s => ("homeassistant", s.DiscoveryId),
        EspHomeSource s => ("esphome", s.Prefix),
        TasmotaSource s => ("tasmota", s.Topic),
        ChirpStackSource s => ("chirpstack", s.DevEui),
        _ => null,
    };
}
