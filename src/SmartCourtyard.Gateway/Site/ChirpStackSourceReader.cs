using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Reads <c>chirpstack: DEVEUI</c>.</summary>
internal static class ChirpStackSourceReader
{
    public static ChirpStackSource? Read(YamlNode node, SiteFields source, SiteMistakes mistakes)
    {
        if (source.Text("chirpstack", 64) is not { } eui)
        {
            return null;
        }
        if (eui.Length == 16 && eui.All(char.IsAsciiHexDigit))
        {
            return new ChirpStackSource(eui.ToLowerInvariant());
        }
        mistakes.Add(node, $"'chirpstack' is '{eui}'", "a devEui of 16 hexadecimal digits (in quotes if all are 0-9)");
        return null;
    }
}
