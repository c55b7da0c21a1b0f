using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Courtyards;

/// <summary>A courtyard's buildings and devices within the writer's transaction.</summary>
internal static class SiteStore
{
    /// <summary>The site as its file now says; the health of devices that stay is kept.</summary>
    public static void Replace(Writing writing, string gateway, SiteBody site)
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
        var known = db.Devices.Where(d => d.Gateway == gateway).ToDictionary(d => d.Id);
        foreach (var device in site.Devices ?? [])
        {
            Describe(known.Remove(device.Id!, out var kept) ? kept : Add(db, gateway, device.Id!), device);
        }

        db.Devices.RemoveRange(known.Values);
        db.SaveChanges();
        writing.Gateways.TellConsoles(gateway);
    }

    /// <summary>Devices' health; where it is complete, what is not named is unknown.</summary>
    public static void Update(Writing writing, string gateway, DeviceHealthBody[] health, bool isComplete)
    {
        writing.Gateways.Heard(gateway);
        var db = writing.Db;
        var known = db.Devices.Where(d => d.Gateway == gateway).ToDictionary(d => d.Id);
        var unnamed = new HashSet<string>(known.Keys, StringComparer.Ordinal);
        var changed = new List<DeviceRow>();
        foreach (var said in health)
        {
            unnamed.Remove(said.Device!);
            var row = known.GetValueOrDefault(said.Device!) ?? (known[said.Device!] = Add(db, gateway, said.Device!));
            if (Note(row, said))
            {
                changed.Add(row);
            }
        }

        foreach (var id in isComplete ? unnamed : [])
        {
            if (known[id].Health != HealthState.Unknown)
            {
                (known[id].Health, known[id].Reasons) = (HealthState.Unknown, "");
                changed.Add(known[id]);
            }
        }

        db.SaveChanges();
        Tell(writing, gateway, changed);
    }

    private static void Tell(Writing writing, string gateway, List<DeviceRow> changed)
    {
        if (changed.Count == 0)
        {
            return;
        }

        var row = writing.Db.Gateways.AsNoTracking().Single(g => g.Id == gateway);
        var buildings = writing.Db.Buildings.AsNoTracking().Where(b => b.Gateway == gateway).ToDictionary(b => b.Id);
        foreach (var device in changed)
        {
            writing.Tell(
                "device", DeviceView.Of(device, row, buildings.GetValueOrDefault(device.Building ?? "")), StorageJson.Wire.DeviceView);
        }

        writing.Gateways.TellConsoles(gateway);
    }

    private static DeviceRow Add(DutyRoomDb db, string gateway, string id)
    {
        var row = new DeviceRow { Gateway = gateway, Id = id };
        db.Devices.Add(row);
        return row;
    }

    private static void Describe(DeviceRow row, SiteDevice device)
    {
        (row.Name, row.Class, row.Call) = (device.Name, device.Class, device.Call);
        (row.Building, row.Unit, row.Floor) = (device.At?.Building, device.At?.Unit, device.At?.Floor);
        (row.Flat, row.Place) = (device.At?.Flat, device.At?.Place);
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
