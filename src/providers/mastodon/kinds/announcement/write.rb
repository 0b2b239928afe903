# Announcements, written as Mastodon's web interface writes them.
module Herdbook
  module_function

  ANNOUNCEMENT_FIELDS = %w(text starts_at ends_at all_day).freeze

  def live_announcement(row)
    {
      'text' => row.text, 'starts_at' => iso(row.starts_at), 'ends_at' => iso(row.ends_at),
      'all_day' => row.all_day && row.starts_at.present?, 'published' => row.published,
      'notified' => row.notification_sent_at.present?
    }
  end

  def write_announcement(write)
    return create_announcement(write) if write['action'] == 'create'

    row = row!(Announcement, write, method(:live_announcement))
    return done(write['serverId']) if row.nil?
    return delete_announcement(row) if write['action'] == 'delete'

    set = write['set']
    row.assign_attributes(set.slice(*ANNOUNCEMENT_FIELDS))
    if set['published'] == true || row.changed?
      set['published'] == true ? row.publish! : row.save!
      log(:update, row)
      show_announcement(row)
    end
    mail_announcement(row) if set['notify_members'] == true
    done(row.id, live_announcement(row))
  end

  def create_announcement(write)
    set = write['set']
    present = Announcement.published.where('ends_at IS NULL OR ends_at > ?', Time.now.utc).find_by(text: set['text'])
    already(write, present, method(:live_announcement))
    row = present || Announcement.create!(set.slice(*ANNOUNCEMENT_FIELDS))
    if present.nil?
      log(:create, row)
      show_announcement(row)
    end
    mail_announcement(row) if set['notify_members'] == true
    done(row.id, live_announcement(row))
  end

  def delete_announcement(row)
    later { UnpublishAnnouncementWorker.perform_async(row.id) } if row.published?
    destroyed(row)
  end

  # The worker publishes whatever it is given.
  def show_announcement(row)
    later { PublishScheduledAnnouncementWorker.perform_async(row.id) } if row.published?
  end

  # Mastodon never sends it twice.
  def mail_announcement(row)
    return unless row.published? && row.notification_sent_at.nil?

    row.touch(:notification_sent_at)
    later { Admin::DistributeAnnouncementNotificationWorker.perform_async(row.id) }
  end

  # One that was taken back, or that somebody has changed since, owes nothing.
  def settle_announcements(owed)
    due = Announcement.published.to_a.select do |row|
      live = live_announcement(row)
      owed.any? { |one| one['fields'].all? { |field, value| plain(field, live[field]) == plain(field, value) } }
    end
    due.each { |row| PublishScheduledAnnouncementWorker.perform_async(row.id) }
    due.size
  end

  WRITES['announcements'] = method(:write_announcement)
  SETTLE['announcement'] = method(:settle_announcements)
end
