using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Courtyards;

/// <summary>
/// A courtyard's buildings and devices. Two thousand devices at once would hold up an alarm for a second, so they are written a
/// few at a time, and alarms pass in between.
/// </summary>
internal static class SiteStore
{
    private const int AtATime = 50;

    /// <summary>The site as its file now says; the health of devices that stay is kept.</summary>
    public static async Task ReplaceAsync(Ledger ledger, string gateway, SiteBody site)
    {
        var devices = site.Devices ?? [];
        await ledger.WriteAsync(writing => Describe(writing, gateway, site));
        foreach (var some in devices.Chunk(AtATime))
        {
            await ledger.WriteAsync(writing => Describe(writing, gateway, some));
        }

        var named = devices.Select(d => d.Id!).ToHashSet(StringComparer.Ordinal);
        await ledger.WriteAsync(writing =>
        {
            var gone = Ids(writing, gateway).Where(id => !named.Contains(id)).ToList();
            writing.Db.Devices.Where(d => d.Gateway == gateway && gone.Contains(d.Id)).ExecuteDelete();
            writing.Gateways.TellConsoles(gateway);
            // Once, not once a device: consoles read the lists anew.
            writing.Tell("site", new(gateway), StorageJson.Wire.SiteChanged);
            return gone.Count;
        });
    }

    /// <summary>Devices' health; where it is complete, what is not named is unknown.</summary>
    public static async Task UpdateAsync(Ledger ledger, string gateway, DeviceHealthBody[] health, bool isComplete)
    {
        var changed = await ledger.WriteAsync(writing =>
        {
            writing.Gateways.Heard(gateway);
            return 0;
        });
        foreach (var some in health.Chunk(AtATime))
        {
            changed += await ledger.WriteAsync(writing => Update(writing, gateway, some));
        }

        if (isComplete)
        {
            var unnamed = await ledger.WriteAsync(writing => Ids(writing, gateway).Except(health.Select(h => h.Device!)).ToList());
            foreach (var some in unnamed.Chunk(AtATime))
            {
                changed += await ledger.WriteAsync(writing => Forget(writing, gateway, some));
            }
        }

        if (changed > 0)
        {
            await ledger.WriteAsync(writing =>
            {
                writing.Gateways.TellConsoles(gateway);
                return 0;
            });
        }
    }

    private static int Describe(Writing writing, string gateway, SiteBody site)
    {
        writing.Gateways.Heard(gateway);
        var db = writing.Db;
        var row = db.Gateways.Find(gateway)!;
        (row.Name, row.Street, row.Community, row.Grid) = (site.Name, site.Address?.Street, site.Address?.Community, site.Address?.Grid);
        db.Buildings.Where(b => b.Gateway == gateway).ExecuteDelete();
        db.Buildings.AddRange((site.Buildings ?? []).Select((b, i) => new BuildingRow
        {
            Gateway = gateway, Id = b.Id!, Name = b.Name!, Units = b.Units, Floors = b.Floors, Order = i,
        }));
        return db.SaveChanges();
    }

    private static int Describe(Writing writing, string gateway, SiteDevice[] devices)
    {
        var known = Known(writing.Db, gateway, devices.Select(d => d.Id!));
        foreach (var device in devices)
        {
            var row = known.GetValueOrDefault(device.Id!) ?? Add(writing.Db, gateway, device.Id!);
            (row.Name, row.Class, row.Call) = (device.Name, device.Class, device.Call);
            (row.Building, row.Unit, row.Floor) = (device.At?.Building, device.At?.Unit, device.At?.Floor);
            (row.Flat, row.Place) = (device.At?.Flat, device.At?.Place);
        }

        return writing.Db.SaveChanges();
    }

    private static int Update(Writing writing, string gateway, DeviceHealthBody[] health)
    {
        var known = Known(writing.Db, gateway, health.Select(h => h.Device!));
        var changed = new List<DeviceRow>();
        foreach (var said in health)
        {
            var row = known.GetValueOrDefault(said.Device!) ?? (known[said.Device!] = Add(writing.Db, gateway, said.Device!));
            if (Note(row, said))
            {
                changed.Add(row);
            }
        }

        writing.Db.SaveChanges();
        return Tell(writing, gateway, changed);
    }

    private static int Forget(Writing writing, string gateway, string[] devices)
    {
        var rows = Known(writing.Db, gateway, devices).Values.Where(d => d.Health != HealthState.Unknown).ToList();
        foreach (var row in rows)
        {
            (row.Health, row.Reasons) = (HealthState.Unknown, "");
        }

        writing.Db.SaveChanges();
        return Tell(writing, gateway, rows);
    }

    private static int Tell(Writing writing, string gateway, List<DeviceRow> changed)
    {
        if (changed.Count == 0)
        {
            return 0;
        }

        var row = writing.Db.Gateways.AsNoTracking().Single(g => g.Id == gateway);
        var buildings = writing.Db.Buildings.AsNoTracking().Where(b => b.Gateway == gateway).ToDictionary(b => b.Id);
        foreach (var device in changed)
        {
            writing.Tell(
                "device", DeviceView.Of(device, row, buildings.GetValueOrDefault(device.Building ?? "")), StorageJson.Wire.DeviceView);
        }

        return changed.Count;
    }

    private static List<string> Ids(Writing writing, string gateway)
        => [.. writing.Db.Devices.Where(d => d.Gateway == gateway).Select(d => d.Id)];

    private static Dictionary<string, DeviceRow> Known(DutyRoomDb db, string gateway, IEnumerable<string> ids)
    {
        var wanted = ids.ToList();
        return db.Devices.Where(d => d.Gateway == gateway && wanted.Contains(d.Id)).ToDictionary(d => d.Id);
    }

    private static DeviceRow Add(DutyRoomDb db, string gateway, string id)
    {
        var row = new DeviceRow { Gateway = gateway, Id = id };
        db.Devices.Add(row);
        return row;
    }

    /// <summary>True where a person would see a difference; a later "last heard" alone is none.</summary>
    private static bool Note(DeviceRow row, DeviceHealthBody said)
    {
        var (health, reasons) = (Names<HealthState>.Parse(said.State!), string.Join(' ', said.Reasons ?? []));
        var isChanged = row.Health != health || row.Reasons != reasons || row.Battery != said.Battery || row.LastTest != said.LastTest;
        (row.Health, row.Reasons) = (health, reasons);
        (row.LastHeard, row.Battery, row.LinkQuality, row.LastTest) = (said.LastHeard, said.Battery, said.LinkQuality, said.LastTest);
        return isChanged;
    }
}
