# Terms of service.
module Herdbook
  module_function

  def live_terms(terms)
    {
      'text' => terms.text, 'changelog' => terms.changelog, 'effective_date' => terms.effective_date&.iso8601,
      'notified' => terms.notification_sent_at.present?
    }
  end

  def write_terms(write)
    raise Refused.new('no-delete', 'Mastodon cannot take back published terms') if write['action'] == 'delete'

    set = write['set']
    terms = if write['action'] == 'update'
              row!(TermsOfService.published, write, method(:live_terms))
            else
              TermsOfService.published.find_by(effective_date: set['effective_date'])
            end
    if terms && write['action'] == 'create'
      already(write, terms, method(:live_terms))
    elsif terms.nil?
      terms = TermsOfService.create!(set.slice('text', 'changelog', 'effective_date').merge(published_at: Time.now.utc))
      log(:publish, terms)
    end
    notify(terms) if set['notify_members'] == true && terms.notification_sent_at.nil?
    done(terms.id, live_terms(terms))
  end

  def notify(terms)
    terms.touch(:notification_sent_at)
    later { Admin::DistributeTermsOfServiceNotificationWorker.perform_async(terms.id) }
  end

  WRITES['terms_of_services'] = method(:write_terms)
end
