using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SmartCourtyard.DutyRoom.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Skipped : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "sequence",
                table: "troubles",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "started_sequence",
                table: "gateways",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "started_troubles",
                table: "gateways",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "skipped",
                table: "gaps",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "sequence",
                table: "troubles");

            migrationBuilder.DropColumn(
                name: "started_sequence",
                table: "gateways");

            migrationBuilder.DropColumn(
                name: "started_troubles",
                table: "gateways");

            migrationBuilder.DropColumn(
                name: "skipped",
                table: "gaps");
        }
    }
}
