using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Gateway.Tests.Site;

public sealed class SiteRoundTripTests
{
    [Fact]
    public void Any_courtyard_written_out_and_read_again_is_equal()
    {
        Prop.ForAll(Arb.From(Courtyards()), courtyard =>
        {
            SiteResult result = SiteFile.Parse(Written(courtyard), "round.yaml");
            Assert.Empty(result.Mistakes);
            AssertEqual(courtyard, result.Courtyard!);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_text_gives_a_courtyard_or_mistakes_and_never_throws()
    {
        Gen<string> pieces = Gen.Elements(
            "courtyard", "name", ": ", "- ", "\n", "  ", "\t", "{", "}", "[", "]", ",", "\"", "'", "&a ", "*a", "<<", "devices", "source", "|", ">", "%", "!", "---", "...", "#", "\0", "\uD800", "楼", "?");
        Gen<string> texts = pieces.ArrayOf().Select(string.Concat);

        Prop.ForAll(Arb.From(texts), text =>
        {
            SiteResult result = SiteFile.Parse(text, "any.yaml");
            Assert.Equal(result.IsGood, result.Mistakes.Count == 0);
            Assert.All(result.Mistakes, m => Assert.True(m.Line >= 1 && m.Column >= 1, m.ToString()));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    /// <summary>Courtyards of any kind, written out.</summary>
    public static IEnumerable<string> Some(int count) => Courtyards().Sample(count).Select(Written);

    private static Gen<Courtyard> Courtyards() =>
        from id in Id()
        from name in Word()
        from address in Optional(from s in Optional(Word()) from c in Optional(Word()) from g in Optional(Word()) select new Address(s, c, g))
        from buildings in Building().ListOf()
        let unique = (IReadOnlyList<Building>)[.. buildings.DistinctBy(b => b.Id)]
        from devices in Device(unique).ListOf()
        select new Courtyard(id, name, address, unique, [.. devices.DistinctBy(d => d.Id).DistinctBy(d => d.Source)]);

    private static Gen<Building> Building() =>
        from id in Id()
        from name in Word()
        from units in Gen.Choose(1, 20)
        from floors in Gen.Choose(1, 40)
        select new Building(id, name, units, floors);

    private static Gen<Device> Device(IReadOnlyList<Building> buildings) =>
        from id in Id()
        from name in Optional(Word())
        from deviceClass in Gen.Elements(Enum.GetValues<DeviceClass>())
        from at in Place(buildings)
        from source in Word().Select(w => w.Trim('/')).Where(w => w.Trim().Length > 0)
        from call in Optional(Gen.Elements("sip:301@192.0.2.10", "sips:a.b@example.org:5061", "sip:192.0.2.1"))
        select new Device(id, name, deviceClass, at, new Zigbee2MqttSource(source), call);

    private static Gen<Place> Place(IReadOnlyList<Building> buildings) =>
        from flat in Optional(Word().Select(w => string.Concat(w.EnumerateRunes().Take(10))).Where(w => w.Trim().Length > 0))
        from room in Optional(Word())
        from building in buildings.Count == 0 ? Gen.Constant<Building?>(null) : Optional(Gen.Elements(buildings.ToArray()))
        from unit in building is null ? Gen.Constant<int?>(null) : Gen.Choose(1, building.Units).Select(u => (int?)u)
        from floor in building is null ? Gen.Constant<int?>(null) : Gen.Choose(-5, building.Floors).Select(f => f == 0 ? null : (int?)f)
        select new Place(building?.Id, unit, floor, flat, room);

    private static Gen<string> Id() =>
        from length in Gen.Choose(1, 64)
        from text in Gen.Elements("abcdefghijklmnopqrstuvwxyz0123456789-".ToCharArray()).ArrayOf(length)
        select new string(text);

    private static Gen<string> Word() =>
        from length in Gen.Choose(1, 20)
        from text in Gen.Elements("abZ019 '\":{}[],&*!|>%@`~?-_./\\厨房楼äКÇ🔥".EnumerateRunes().Select(r => r.ToString()).ToArray()).ArrayOf(length)
        let word = string.Concat(text)
        where word.Trim().Length > 0
        select word;

    private static Gen<T?> Optional<T>(Gen<T> some) where T : class => Gen.OneOf(Gen.Constant<T?>(null), some.Select(s => (T?)s));

    private static string Written(Courtyard courtyard)
    {
        var yaml = new StringBuilder();
        yaml.AppendLine(CultureInfo.InvariantCulture, $"courtyard: {Quoted(courtyard.Id)}\nname: {Quoted(courtyard.Name)}");
        if (courtyard.Address is { } a)
        {
            yaml.AppendLine(CultureInfo.InvariantCulture, $"address: {Map(("street", a.Street), ("community", a.Community), ("grid", a.Grid))}");
        }
        yaml.AppendLine("buildings:");
        foreach (Building b in courtyard.Buildings)
        {
            yaml.AppendLine(CultureInfo.InvariantCulture, $"  - {{ id: {Quoted(b.Id)}, name: {Quoted(b.Name)}, units: {b.Units}, floors: {b.Floors} }}");
        }
        yaml.AppendLine("devices:");
        foreach (Device d in courtyard.Devices)
        {
            yaml.AppendLine(CultureInfo.InvariantCulture, $"  - id: {Quoted(d.Id)}\n    class: {d.Class.Name()}\n    at: {Written(d.At)}");
            yaml.AppendLine(CultureInfo.InvariantCulture, $"    source: {Map(("zigbee2mqtt", ((Zigbee2MqttSource)d.Source).FriendlyName))}");
            yaml.Append(d.Name is null ? "" : $"    name: {Quoted(d.Name)}\n").Append(d.Call is null ? "" : $"    call: {Quoted(d.Call)}\n");
        }
        return yaml.ToString();
    }

    private static string Written(Place at)
    {
        string map = Map(("building", at.Building), ("flat", at.Flat), ("place", at.Room));
        string numbers = (at.Unit is { } u ? $"unit: {u}, " : "") + (at.Floor is { } f ? $"floor: {f}, " : "");
        return "{ " + numbers + map[1..];
    }

    private static string Map(params (string Key, string? Value)[] entries) =>
        "{ " + string.Join(", ", entries.Where(e => e.Value is not null).Select(e => $"{e.Key}: {Quoted(e.Value!)}")) + " }";

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static void AssertEqual(Courtyard expected, Courtyard found)
    {
        Assert.Equal((expected.Id, expected.Name, expected.Address), (found.Id, found.Name, found.Address));
        Assert.Equal(expected.Buildings, found.Buildings);
        Assert.Equal(
            expected.Devices.Select(d => (d.Id, d.Name, d.Class, d.At, d.Source, d.Call)),
            found.Devices.Select(d => (d.Id, d.Name, d.Class, d.At, d.Source, d.Call)));
    }
}
